import { setup } from 'xstate';
import { doing, leaf, ready, stalled, waiting, when } from '../machine-leaf.ts';
import type { BreakGlassFacts, InboundFacts, InboundReleaseFacts, OutboundFacts } from '../types.ts';

const is = (test: (facts: InboundFacts) => boolean) => when<InboundFacts>(test);

/**
 * Design section 8: what must hold, in one pass, before inbound goes from Allow to Deny. Reads that were refused or
 * failed do not count as met, with one exception: the tenant's settings are readable by few identities, and what
 * they would tell the others (that the policy API stays reachable) is proven harder by `policyWrite`.
 */
export const inboundPreconditions = {
  preflight: ({ preflight }: InboundFacts) => preflight === 'clear',
  provenEndpoint: ({ proof }: InboundFacts) => proof === 'sufficient',
  tenantSetting: ({ tenant }: InboundFacts) => tenant !== 'settingOff',
  tenantOpen: ({ tenant }: InboundFacts) => tenant !== 'blocked',
  tenantRead: ({ tenant }: InboundFacts) => tenant !== 'unobservable',
  privatePath: ({ path }: InboundFacts) => path !== 'missing',
} as const;

/** Everything but the proof that we may write the policy, which is what the rehearsal is for. */
export const mayDeny = (facts: InboundFacts): boolean =>
  Object.values(inboundPreconditions).every((holds) => holds(facts));

/** Preconditions → Policy → Effective, for inbound public access. A Deny in place is never lifted from here, save for Allow in the spec. */
export const inboundMachine = setup({
  types: { context: {} as InboundFacts, input: {} as InboundFacts },
  guards: {
    notOwner: is(({ standing }) => standing === 'notOwner'),
    unmanaged: is(({ wanted }) => wanted === 'unmanaged'),
    wantsDeny: is(({ wanted }) => wanted === 'Deny'),
    wantsGlass: is(({ wanted }) => wanted === 'breakGlass'),
    refused: is(({ inbound }) => inbound === 'refused'),
    unobservable: is(({ inbound }) => inbound === 'unobservable'),
    unknownAction: is(({ inbound }) => inbound === 'other'),
    denied: is(({ inbound }) => inbound === 'Deny'),
    mayOpen: is(({ inbound, record }) => inbound === 'Deny' && record === 'recorded'),
    settling: is(({ settle }) => settle === 'before'),
    unrecorded: is(({ record, settle }) => record === 'missing' || settle === 'unknown'),
    unnoted: is(({ record }) => record === 'missing'),
    relockUnread: is((facts) => facts.lock !== 'first' && !inboundPreconditions.tenantRead(facts)),
    relockBlocked: is((facts) => facts.lock !== 'first' && !mayDeny(facts)),
    preflightBlocks: is((facts) => !inboundPreconditions.preflight(facts)),
    noProvenEndpoint: is((facts) => !inboundPreconditions.provenEndpoint(facts)),
    tenantSettingOff: is((facts) => !inboundPreconditions.tenantSetting(facts)),
    tenantBlocks: is((facts) => !inboundPreconditions.tenantOpen(facts)),
    tenantUnread: is((facts) => !inboundPreconditions.tenantRead(facts)),
    noPrivatePath: is((facts) => !inboundPreconditions.privatePath(facts)),
    rival: is(({ lock }) => lock === 'rival'),
    policyWriteUnproven: is(({ policyWrite }) => policyWrite === 'unproven'),
    inEffect: is(({ settle }) => settle === 'restricted' || settle === 'after'),
  },
}).createMachine({
  id: 'inbound',
  context: ({ input }) => input,
  initial: 'Policy',
  states: {
    Policy: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'notOwner', target: 'AwaitingService' },
            { guard: 'unmanaged', target: 'Unmanaged' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'unknownAction', target: 'UnknownAction' },
            { guard: 'wantsGlass', target: '#inbound.BreakGlass' },
            { guard: 'wantsDeny', target: '#inbound.Deny' },
            { target: '#inbound.Allow' },
          ],
        },
        AwaitingService: waiting('AwaitingService', 'slow'),
        Unmanaged: ready('AccessUnmanaged'),
        Refused: stalled('PolicyReadRefused'),
        Unobservable: waiting('Unobservable'),
        UnknownAction: stalled('PolicyUnknown'),
      },
    },
    Allow: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'mayOpen', target: 'Opening' },
            { guard: 'denied', target: 'DeniedByOthers' },
            { guard: 'settling', target: 'Settling' },
            { target: 'Open' },
          ],
        },
        Opening: doing('openInbound', 'AccessOpening'),
        DeniedByOthers: stalled('AdoptionWouldOpen'),
        Settling: waiting('AccessOpening', 'due'),
        Open: ready('AccessAllowed'),
      },
    },
    // A person asked for it, so a Deny that others applied is opened, too; the same precautions as ever close it again.
    BreakGlass: {
      initial: 'Check',
      states: {
        Check: {
          always: [{ guard: 'denied', target: 'Opening' }, { guard: 'unnoted', target: 'Noting' }, { target: 'Open' }],
        },
        Opening: doing('breakGlass', 'BreakGlassOpening'),
        // Open already, or asked for longer: what is noted here is no rival's opening, and ends at this time.
        Noting: doing('recordGlass', 'BreakGlassOpen', 'now'),
        Open: waiting('BreakGlassOpen', 'due'),
      },
    },
    Deny: {
      initial: 'Check',
      states: {
        Check: { always: [{ guard: 'denied', target: '#inbound.Effective' }, { target: '#inbound.Preconditions' }] },
      },
    },
    Preconditions: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'relockUnread', target: 'RelockUnread' },
            { guard: 'relockBlocked', target: 'RelockBlocked' },
            { guard: 'tenantUnread', target: 'Unread' },
            { guard: 'preflightBlocks', target: 'PreflightBlocks' },
            { guard: 'tenantSettingOff', target: 'TenantSettingOff' },
            { guard: 'tenantBlocks', target: 'TenantBlocks' },
            { guard: 'noProvenEndpoint', target: 'NoProvenEndpoint' },
            { guard: 'noPrivatePath', target: 'NoPrivatePath' },
            { guard: 'rival', target: 'Rival' },
            { guard: 'policyWriteUnproven', target: 'Rehearsing' },
            { target: 'Denying' },
          ],
        },
        // Passes by itself, so it is looked at soon; the door is open, so it is loud all the same.
        RelockUnread: leaf('stalled', 'RelockBlocked', 'fast'),
        RelockBlocked: stalled('RelockBlocked'),
        Unread: waiting('Unobservable'),
        PreflightBlocks: stalled('PreflightBlocks'),
        TenantSettingOff: stalled('TenantSettingOff'),
        TenantBlocks: stalled('TenantBlocksPublicAccess'),
        NoProvenEndpoint: waiting('NoProvenEndpoint', 'slow'),
        NoPrivatePath: stalled('NoPrivatePath'),
        Rival: stalled('ConflictingWriter'),
        // Writes the policy as it is, once: a right that is missing shows here, where it locks nobody out.
        Rehearsing: doing('rehearsePolicy', 'PolicyWriteUnproven', 'now'),
        Denying: doing('denyInbound', 'AccessDenying'),
      },
    },
    Effective: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'unrecorded', target: 'Recording' },
            { guard: 'tenantSettingOff', target: 'Lifted' },
            { guard: 'inEffect', target: 'Denied' },
            { target: 'Propagating' },
          ],
        },
        Recording: doing('recordDeny', 'AccessDenying', 'now'),
        // The policy says Deny and the door stands open: only a Fabric administrator can change that.
        Lifted: stalled('TenantSettingOff'),
        Denied: ready('AccessDenied'),
        Propagating: waiting('AccessPropagating', 'due'),
      },
    },
  },
});

const glass = (test: (facts: BreakGlassFacts) => boolean) => when<BreakGlassFacts>(test);

/** Whether what the annotation break-glass asks for can be done. It says so; the inbound ladder does it. */
export const breakGlassMachine = setup({
  types: { context: {} as BreakGlassFacts, input: {} as BreakGlassFacts },
  guards: {
    none: glass(({ request }) => request === 'none'),
    over: glass(({ request }) => request === 'over'),
    nothingToOpen: glass(({ wanted }) => wanted !== 'Deny'),
    invalid: glass(({ request }) => request === 'invalid'),
    tooFar: glass(({ request }) => request === 'tooFar'),
    refused: glass(({ request }) => request === 'refused'),
  },
}).createMachine({
  id: 'breakGlass',
  context: ({ input }) => input,
  initial: 'Request',
  states: {
    Request: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'none', target: 'Over' },
            { guard: 'over', target: 'Over' },
            { guard: 'nothingToOpen', target: 'NothingToOpen' },
            { guard: 'invalid', target: 'Invalid' },
            { guard: 'tooFar', target: 'Refusing' },
            { guard: 'refused', target: 'TooFar' },
            { target: 'Granted' },
          ],
        },
        Over: ready('BreakGlassOver'),
        NothingToOpen: stalled('BreakGlassNotNeeded'),
        Invalid: stalled('BreakGlassInvalid'),
        // Written down first: a time that is too far ahead now would else open the door by itself when it is not any more.
        Refusing: doing('refuseGlass', 'BreakGlassTooFar', 'now'),
        TooFar: stalled('BreakGlassTooFar'),
        Granted: ready('BreakGlassGranted'),
      },
    },
  },
});

const out = (test: (facts: OutboundFacts) => boolean) => when<OutboundFacts>(test);

/** The same document's other half. It locks nobody out of the workspace, so it needs no proof. */
export const outboundMachine = setup({
  types: { context: {} as OutboundFacts, input: {} as OutboundFacts },
  guards: {
    notOwner: out(({ standing }) => standing === 'notOwner'),
    unmanaged: out(({ wanted }) => wanted === 'unmanaged'),
    refused: out(({ outbound }) => outbound === 'refused'),
    unobservable: out(({ outbound }) => outbound === 'unobservable'),
    unknownAction: out(({ outbound }) => outbound === 'other'),
    met: out(({ wanted, outbound }) => wanted === outbound),
    deniedUnrecorded: out(({ outbound, record }) => outbound === 'Deny' && record === 'missing'),
    settingOff: out(({ wanted, tenant }) => wanted === 'Deny' && tenant === 'settingOff'),
    settling: out(({ settle }) => settle === 'before'),
  },
}).createMachine({
  id: 'outbound',
  context: ({ input }) => input,
  initial: 'Policy',
  states: {
    Policy: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'notOwner', target: 'AwaitingService' },
            { guard: 'unmanaged', target: 'Unmanaged' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'unknownAction', target: 'UnknownAction' },
            { guard: 'met', target: '#outbound.Effective' },
            { guard: 'deniedUnrecorded', target: 'DeniedByOthers' },
            { guard: 'settingOff', target: 'TenantSettingOff' },
            { target: 'Applying' },
          ],
        },
        AwaitingService: waiting('AwaitingService', 'slow'),
        Unmanaged: ready('AccessUnmanaged'),
        Refused: stalled('PolicyReadRefused'),
        Unobservable: waiting('Unobservable'),
        UnknownAction: stalled('PolicyUnknown'),
        DeniedByOthers: stalled('AdoptionWouldOpen'),
        TenantSettingOff: stalled('TenantSettingOff'),
        Applying: doing('applyOutbound', 'OutboundApplying'),
      },
    },
    Effective: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'deniedUnrecorded', target: 'Recording' },
            { guard: 'settling', target: 'Propagating' },
            { target: 'Applied' },
          ],
        },
        Recording: doing('recordOutbound', 'OutboundApplying', 'now'),
        Propagating: waiting('AccessPropagating', 'due'),
        Applied: ready('OutboundApplied'),
      },
    },
  },
});

const rel = (test: (facts: InboundReleaseFacts) => boolean) => when<InboundReleaseFacts>(test);
const restores = ({ standing, onDelete, before }: InboundReleaseFacts) =>
  standing === 'owner' && onDelete === 'Restore' && before === 'Allow';

/** Deletion may go on: public access is as onDelete says, and no longer ours to change. */
export const inboundReleased = (facts: InboundReleaseFacts): boolean =>
  !restores(facts) ||
  facts.inbound === 'absent' ||
  (facts.inbound === 'Allow' && (!facts.denied || (facts.settle === 'after' && facts.call === 'answered')));

/** Opens what we closed, and only that: without a record of what was there before, nothing is opened. */
export const inboundReleaseMachine = setup({
  types: { context: {} as InboundReleaseFacts, input: {} as InboundReleaseFacts },
  guards: {
    released: rel(inboundReleased),
    refused: rel(({ inbound }) => inbound === 'refused'),
    unobservable: rel(({ inbound }) => inbound === 'unobservable'),
    unknownAction: rel(({ inbound }) => inbound === 'other'),
    denied: rel(({ inbound }) => inbound === 'Deny'),
    unrecorded: rel(({ settle }) => settle === 'unknown'),
    settling: rel(({ settle }) => settle === 'before'),
    restricted: rel(({ call }) => call === 'restricted'),
  },
}).createMachine({
  id: 'inboundRelease',
  context: ({ input }) => input,
  initial: 'Restore',
  states: {
    Restore: {
      initial: 'Check',
      states: {
        Check: {
          always: [
            { guard: 'released', target: 'Released' },
            { guard: 'refused', target: 'Refused' },
            { guard: 'unobservable', target: 'Unobservable' },
            { guard: 'unknownAction', target: 'UnknownAction' },
            { guard: 'denied', target: 'Opening' },
            { guard: 'unrecorded', target: 'Recording' },
            { guard: 'settling', target: 'Settling' },
            { guard: 'restricted', target: 'StillRestricted' },
            { target: 'Unobservable' },
          ],
        },
        Released: ready('AccessReleased'),
        Refused: stalled('PolicyReadRefused'),
        Unobservable: waiting('Unobservable'),
        UnknownAction: stalled('PolicyUnknown'),
        Opening: doing('openInbound', 'AccessOpening'),
        // Somebody else opened it: our fifteen minutes begin when we see that.
        Recording: doing('recordAllow', 'AccessOpening', 'now'),
        Settling: waiting('AccessOpening', 'due'),
        StillRestricted: waiting('AccessOpening'),
      },
    },
  },
});
