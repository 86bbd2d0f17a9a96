import type { Reason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

/** About public access, preflight and break-glass. */
export const ACCESS_WORDING = {
  AccessAllowed: { says: 'the workspace is open to the public, as the spec says', next: 'nothing is to be done' },
  AccessDenied: {
    says: 'the workspace is closed to the public and reached through its private endpoints only',
    next: 'nothing is to be done',
  },
  AccessDenying: { says: 'public access is being denied', next: 'Fabric puts it into effect within 30 minutes' },
  AccessOpening: {
    says: 'public access is being opened',
    next: 'the operator waits until calls to the workspace succeed again, about 15 minutes',
  },
  AccessPropagating: {
    says: 'the policy is set, and Fabric is putting it into effect',
    next: 'the operator waits for the published delay to pass, and no person needs to act',
  },
  AccessReleased: { says: 'public access is as onDelete says', next: 'the deletion goes on' },
  AccessUnmanaged: { says: 'the spec does not manage public access', next: 'it stays as it is in Fabric' },
  AdoptionWouldOpen: {
    says: 'public access was denied by somebody else, and the operator does not open what it did not close',
    next: `set it to Allow in the workspace settings in Fabric, or say Deny in the spec; ${LOOKS_AGAIN}`,
  },
  BreakGlassGranted: {
    says: 'the annotation fabriclink.dev/break-glass asks for the workspace to be opened',
    next: 'the operator opens it until then, and closes it again',
  },
  BreakGlassInvalid: {
    says: 'the annotation fabriclink.dev/break-glass is no RFC 3339 time, such as 2026-03-01T12:00:00Z, and the door stays as it is',
    // describe-words.ts names the commands.
    next: 'write a right time, or take the annotation away',
  },
  BreakGlassNotNeeded: {
    says: 'the annotation fabriclink.dev/break-glass asks for the workspace to be opened, and there is nothing to open: the spec does not say inbound.publicAccess: Deny, and the door stays as it is',
    next: 'take the annotation away',
  },
  BreakGlassOpen: {
    says: 'BREAK-GLASS: the workspace is OPEN to the public, because the annotation fabriclink.dev/break-glass asks for it',
    next: 'it is closed again by itself when the time is over, or the annotation is taken away',
  },
  BreakGlassOpening: {
    says: 'BREAK-GLASS: public access is being opened, because the annotation fabriclink.dev/break-glass asks for it',
    next: 'it may take about 15 minutes until everything answers',
  },
  BreakGlassOver: {
    says: 'the time of the annotation fabriclink.dev/break-glass is over',
    next: 'take the annotation away',
  },
  BreakGlassTooFar: {
    says: 'the annotation fabriclink.dev/break-glass is too far ahead and was refused for good, also when that time draws near; the door stays as it is',
    next: 'write a nearer time, or take the annotation away',
  },
  ConflictingWriter: {
    says: 'somebody keeps opening the workspace: it was closed again three times in a row, or more',
    next: 'find who changes the policy (another tool, a script, a person) and stop one of the two writers; the operator tries again after a pause that doubles each time, from one hour to one day',
  },
  HeldByDeny: {
    says: 'it may be the only proven way into a workspace that is closed to the public, was opened less than 15 minutes ago and does not let everybody in yet, or is to be closed again after break-glass',
    next: 'add another endpoint and wait until it is proven, or set inbound.publicAccess to Allow; while the object is being deleted, set inbound.onDelete to Restore (opens the workspace first, if fabriclink.dev/access-before still says that it was open) or Keep (leaves it closed to everybody), or open it in Fabric; the operator goes on by itself then',
  },
  NoPrivatePath: {
    says: 'other objects in this cluster need calls to the workspace, and the operator itself has no proven private path to it',
    next: `give the cluster an approved endpoint of this workspace and let its resolver answer with it; ${LOOKS_AGAIN}`,
  },
  NoProvenEndpoint: {
    says: 'no endpoint is approved and proven as inbound.requires says, and without a way in nobody is locked out',
    next: 'public access is denied as soon as one is',
  },
  OutboundApplied: { says: 'access to the public internet is as the spec says', next: 'nothing is to be done' },
  OutboundApplying: { says: 'access to the public internet is not as the spec says', next: 'the operator sets it' },
  PolicyReadRefused: {
    says: "the workspace's network policy cannot be read",
    next: `give the identity the Admin role on the workspace; ${LOOKS_AGAIN}`,
  },
  PolicyUnknown: {
    says: "the workspace's network policy has a value that this version does not know",
    next: 'set it to Allow or Deny in Fabric, or upgrade the operator',
  },
  PolicyWriteUnproven: {
    says: 'everything is in place to deny public access',
    next: 'the operator first writes the policy as it is, to prove that it may',
  },
  PreflightBlocks: {
    says: 'something in the workspace cannot be restricted',
    next: `see status.preflight for what to change; ${LOOKS_AGAIN}`,
  },
  RelockBlocked: {
    says: 'the workspace was opened to the public, by somebody else or for a time by break-glass, and it cannot be closed again safely: it stays OPEN',
    next: 'restore what the message names; the operator closes it as soon as that holds',
  },
  TenantBlocksPublicAccess: {
    says: 'the tenant blocks public internet access as a whole: the policy that closes this workspace could not be opened again',
    next: 'a Fabric administrator decides about the setting "Block Public Internet Access"',
  },
  TenantSettingOff: {
    says: 'the tenant setting that allows workspace-level network rules is off, and while it is Fabric enforces none of them',
    next: 'a Fabric administrator enables "Configure workspace-level inbound (or outbound) network rules"; it takes effect within 15 minutes',
  },
} satisfies Partial<Record<Reason, Wording>>;
