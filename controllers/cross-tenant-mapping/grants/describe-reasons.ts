import type { GrantReason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from '../words/describe-wording.ts';

/** About workspace roles. */
export const GRANT_WORDING: Readonly<Record<GrantReason, Wording>> = {
  AwaitingPrincipal: {
    says: 'nobody can be given a workspace role before the guest’s principal in this tenant is known',
    next: 'what that waits for is said in Mapped and PrincipalResolved',
  },
  GrantAdopting: {
    says: 'the principal has the role already, and this object did not give it',
    next: 'the operator takes it over; nothing of it is changed',
  },
  GrantAdoptionNever: {
    says: 'the principal has a role in the workspace already, this object did not give it, and adoptionPolicy is Never',
    next: `take the role away under Manage access of the workspace, or set adoptionPolicy to IfIdentical; ${LOOKS_AGAIN}`,
  },
  Granted: { says: 'the principal has the role', next: 'the operator keeps it so' },
  GrantForgetting: {
    says: 'the role is gone, or is no longer asked for and was not given by this object',
    next: 'the operator strikes it from its notes; a role that others gave stays',
  },
  Granting: {
    says: 'the principal does not have the role yet',
    next: 'the operator gives it; a new principal takes minutes to be known everywhere',
  },
  GrantRevoking: {
    says: 'this object gave a role that is no longer asked for',
    next: 'the operator takes it away',
  },
  GrantUnobservable: {
    says: 'the role assignments of the workspace cannot be read just now',
    next: 'the operator tries again by itself; nothing is given or taken away until then',
  },
  GrantUnreadable: {
    says: 'the identity may not read the role assignments of the workspace, or the workspace does not exist',
    next: `check the workspace id, and give the operator’s identity the role Admin (Member is enough to give up to Member, and cannot change or take away) under Manage access of the workspace; ${LOOKS_AGAIN}`,
  },
  LastAdmin: {
    says: 'the principal is the only Admin of the workspace, and Fabric neither changes nor removes the last one',
    next: `make somebody else an Admin under Manage access of the workspace; the operator then changes the role by itself, and ${LOOKS_AGAIN}`,
  },
  NoPrivatePath: {
    says: 'the workspace denies public access, and Fabric turns the operator away',
    next: `give the operator a private endpoint of that workspace in its own network, with the name resolution that goes with it; until then nothing is given or taken away there, and ${LOOKS_AGAIN}`,
  },
  RoleCorrecting: {
    says: 'the principal has another role than the wanted one',
    next: 'the operator changes it',
  },
  RoleDiffers: {
    says: 'the principal has another role already, which this object did not give, and adoptionPolicy IfIdentical takes over only what would not change',
    next: `ask for the role that is there, take it away under Manage access of the workspace, or set adoptionPolicy to Always, which changes it; ${LOOKS_AGAIN}`,
  },
  RoleSettling: {
    says: 'this object asked for the role minutes ago, and the list of the workspace may not show it yet',
    next: 'the operator looks once more before it takes the role for gone',
  },
};
