// Managed private endpoints: what a test may switch off or turn. Cloud-apis sections 12, 20 and 21.11, users.md 2.3.

export const MANAGED_BEHAVIOURS = [
  'checkManagedRequest',
  'requireManagedSku',
  'refuseManagedName',
  'refuseManagedTarget',
  'refuseConcurrentCreation',
  'refuseLinkServiceGroup',
  'keepManagedCooldown',
  'failWrongGroup',
  'delayManagedArrival',
  'delayManagedProvisioning',
  'delayManagedEcho',
  'keepManagedRejected',
  'delayManagedDelete',
  'keepWorkspaceWithEndpoints',
] as const;

export type ManagedBehaviour = (typeof MANAGED_BEHAVIOURS)[number];

/** Published durations in milliseconds. */
export type ManagedDelays = {
  /** From the 201 until the request shows up on the target: 1–5 minutes [I]. */
  managedArrivalMs: number;
  /** From there until Fabric shows it Succeeded and Pending: all in all 1–5 minutes [O]. */
  managedProvisioningMs: number;
  /** From the owner's decision until Fabric shows it: up to about 15 minutes [D]; the worst published case. */
  managedEchoMs: number;
  /** How long a deleted row stays listed as Deleting: "for a while" [O], no number published [U]. */
  managedDeleteMs: number;
  /** After a delete, before the same target may be asked for again [D]. */
  managedCooldownMs: number;
  /** Two creations closer than this are "concurrent" [I]; "a small delay avoids it" [O]. */
  managedCreationApartMs: number;
};

/** Where the documentation is silent or contradicts itself, the side that the simulator takes. */
export type ManagedChoices = {
  /** Recorded traffic shows null members, the reference an absent connectionState. */
  freshConnection: 'nullMembers' | 'absent';
  /** U14: whether an endpoint that awaits approval is Succeeded and Pending, or Provisioning and blank. */
  pendingEndpoint: 'succeeded' | 'provisioning';
  /** U6: whether the request message arrives as the connection's description. */
  passRequestMessage: boolean;
  /** What a deleted endpoint leaves on its target [I]. */
  deletedEndpointLeaves: 'disconnected' | 'nothing';
  /** How a creation in the cool-down fails [U]. */
  managedCooldown: 'refuse' | 'fail';
  /** One report has 200 and the row there as before [O]: the delete has to be asked for again. */
  lostDelete: boolean;
  /** U16: the answer to a second DELETE while the row is Deleting. */
  secondDelete: 'notFound' | 'unknownError';
};

const MINUTE_MS = 60_000;

export const MANAGED_DELAYS: ManagedDelays = {
  managedArrivalMs: 2 * MINUTE_MS,
  managedProvisioningMs: MINUTE_MS,
  managedEchoMs: 15 * MINUTE_MS,
  managedDeleteMs: 2 * MINUTE_MS,
  managedCooldownMs: 15 * MINUTE_MS,
  managedCreationApartMs: 1_000,
};

export const MANAGED_CHOICES: ManagedChoices = {
  freshConnection: 'nullMembers',
  pendingEndpoint: 'succeeded',
  passRequestMessage: true,
  deletedEndpointLeaves: 'disconnected',
  managedCooldown: 'refuse',
  lostDelete: false,
  secondDelete: 'notFound',
};
