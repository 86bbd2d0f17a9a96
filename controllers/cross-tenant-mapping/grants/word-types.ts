/** What the ladders of this kind's workspace roles do and say. */
export type GrantEffect = 'grantRole' | 'adoptGrant' | 'correctRole' | 'revokeRole' | 'forgetGrant';

export type GrantReason =
  | 'AwaitingPrincipal'
  | 'GrantAdopting'
  | 'GrantAdoptionNever'
  | 'Granted'
  | 'GrantForgetting'
  | 'Granting'
  | 'GrantRevoking'
  | 'GrantUnobservable'
  | 'GrantUnreadable'
  | 'LastAdmin'
  | 'NoPrivatePath'
  | 'RoleCorrecting'
  | 'RoleDiffers'
  | 'RoleSettling';
