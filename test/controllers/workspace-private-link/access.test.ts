import { describe, expect, test } from '@jest/globals';
import { managedPrivateEndpoints } from '../../../crds/managed-private-endpoint.ts';
import type { PathProbe } from '../../../operator/clients/fabric/types.ts';
import type { KubeObject } from '../../../operator/clients/kube/types.ts';
import { addressesOf, blocked } from './fake-cloud.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  DENY,
  endpointId,
  live,
  MINUTE_MS,
  SERVICE,
  WORKSPACE,
  ZONE,
} from './living.ts';

const policyWrites = (writes: readonly string[]) => writes.filter((write) => write.startsWith('policy.put'));

/** Denied, in effect, and at rest. */
async function aClosedWorkspace(spec: Parameters<typeof aWorkspacePrivateLink>[0] = {}) {
  const world = aWorld();
  const living = live(world, aWorkspacePrivateLink({ inbound: DENY, ...spec }));
  await living.settle();
  world.nowMs += 31 * MINUTE_MS;
  await living.settle();
  world.writes.length = 0;
  world.reads.length = 0;
  return { world, living };
}

describe('denying public access', () => {
  test('rehearses the write, then denies with both halves explicit, and waits for the effect', async () => {
    const world = aWorld({ policy: { inbound: 'Allow', outbound: 'Deny', etag: '"1"' } });
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    expect(policyWrites(world.writes)).toEqual(['policy.put Allow/Deny', 'policy.put Deny/Deny']);
    expect(living.condition('AccessApplied')).toMatchObject({ status: 'Unknown', reason: 'AccessPropagating' });
    expect(living.report.status.access).toEqual({
      inbound: 'Deny',
      outbound: 'Deny',
      changedAt: '2026-03-01T08:00:00.000Z',
      expectedEffectiveAt: '2026-03-01T08:30:00.000Z',
    });
    world.nowMs += 30 * MINUTE_MS;
    await living.settle();
    expect(living.condition('AccessApplied')).toMatchObject({ status: 'True', reason: 'AccessDenied' });
  });

  test('a 403 of the inbound policy shows the effect before the delay has passed', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    world.deniedAtMs = world.nowMs - 60 * MINUTE_MS;
    await living.settle();
    expect(living.condition('AccessApplied').status).toBe('True');
  });

  test('once it is in effect, nothing of the workspace itself is read', async () => {
    const { world, living } = await aClosedWorkspace();
    world.nowMs += 60 * MINUTE_MS;
    await living.pass();
    const workspaceScoped = ['items.list', 'probe.global', 'probe.host'];
    expect(world.reads.filter((read) => workspaceScoped.includes(read))).toEqual([]);
  });

  test('a refusal names the suspects, changes nothing and leaves no trace that it was denied', async () => {
    const world = aWorld({
      items: [
        { id: '1', displayName: 'orders', type: 'Lakehouse' },
        { id: '2', displayName: 'orders', type: 'SemanticModel' },
      ],
    });
    world.refusals['policy.put Deny/Allow'] = {
      ...blocked(
        'InboundRestrictionNotEligible',
        'Fabric refused to restrict workspace "sales"',
        'remove unsupported items',
      ),
      code: 'InboundRestrictionNotEligible',
    };
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    for (let pass = 0; pass < 15; pass++) await living.pass();
    expect(living.condition('Stalled').reason).toBe('InboundRestrictionNotEligible');
    expect(living.nextStep()).toBe(
      'Inbound access: Fabric refused to restrict workspace "sales" (Fabric names no item; suspects are orders (SemanticModel)); remove unsupported items.',
    );
    expect(living.resource.metadata.annotations).not.toHaveProperty(['fabriclink.dev/deny-at']);
    delete world.refusals['policy.put Deny/Allow'];
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  const heldBack: Record<
    string,
    {
      world?: Parameters<typeof aWorld>[0];
      spec?: Parameters<typeof aWorkspacePrivateLink>[0];
      others?: KubeObject[];
      reason: string;
    }
  > = {
    'without a proven endpoint': {
      spec: { endpoints: [anEndpoint('hub', { dns: { ...anEndpoint('hub').dns!, virtualNetworkLinks: [] } })] },
      reason: 'NoProvenEndpoint',
    },
    'with Resolve required and only the control plane read': {
      spec: { inbound: { ...DENY!, requires: 'Resolve' } },
      reason: 'NoProvenEndpoint',
    },
    'in a deployment pipeline': { world: { pipelines: [WORKSPACE] }, reason: 'PreflightBlocks' },
    'with the tenant setting off': {
      world: { settings: [{ settingName: 'WorkspaceBlockInboundAccess', enabled: false }] },
      reason: 'TenantSettingOff',
    },
    'with the tenant blocking public access as a whole': {
      world: {
        settings: [
          { settingName: 'WorkspaceBlockInboundAccess', enabled: true },
          { settingName: 'BlockAccessFromPublicNetworks', enabled: true },
        ],
      },
      reason: 'TenantBlocksPublicAccess',
    },
    'while another object needs calls to the workspace and there is no private path': {
      others: [anMpeFrom(WORKSPACE)],
      reason: 'NoPrivatePath',
    },
  };
  test.each(Object.entries(heldBack))('is held back %s', async (_, { world: changes, spec, others, reason }) => {
    const world = aWorld(changes);
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY, ...spec }), others);
    await living.settle();
    expect(living.rests.find(({ ladder }) => ladder === 'inbound')?.reason).toBe(reason);
    expect(policyWrites(world.writes)).toEqual([]);
    expect(world.policy.inbound).toBe('Allow');
  });

  test('an answer over the internet proves no private path; the addresses of an approved endpoint do', async () => {
    const world = aWorld({
      workspaceHost: { kind: 'answered', remoteAddress: '20.1.1.1', resolvedAddresses: ['20.1.1.1'] },
    });
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }), [anMpeFrom(WORKSPACE)]);
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    const { address } = addressesOf(world, endpointId('pe-hub'))[0]!;
    const notOurs: PathProbe[] = [
      // A resolver that mixes both sends every second call out to the internet, which will be closed.
      { kind: 'answered', remoteAddress: address, resolvedAddresses: [address, '20.1.1.1'] },
      // The same in the other family, in which private endpoints have no address.
      { kind: 'answered', remoteAddress: address, resolvedAddresses: [address, '2603:1030::1'] },
      // A proxy in between: the name leads to the endpoint, and the socket to somebody else.
      { kind: 'answered', remoteAddress: '10.0.0.80', resolvedAddresses: [address] },
      { kind: 'answered', remoteAddress: undefined, resolvedAddresses: [address] },
      { kind: 'answered', remoteAddress: address, resolvedAddresses: [] },
    ];
    for (const probe of notOurs) {
      world.workspaceHost = probe;
      await living.settle();
      expect([probe, world.policy.inbound]).toEqual([probe, 'Allow']);
    }
    world.workspaceHost = { kind: 'answered', remoteAddress: address, resolvedAddresses: [address] };
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  test('a policy that the tenant as a whole keeps from us is no matter for a private endpoint of the workspace', async () => {
    const denied = {
      ...blocked('NoPrivatePath', 'cannot read the policy: RequestDeniedByInboundPolicy', 'a private endpoint'),
      code: 'RequestDeniedByInboundPolicy',
    };
    const world = aWorld({ refusals: { 'policy.get': denied } });
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    await living.settle();
    expect(living.condition('AccessApplied')).toMatchObject({ status: 'Unknown', reason: 'PolicyReadRefused' });
    expect(living.nextStep()).toContain(
      'turns "Block Public Internet Access" off, or gives the operator a tenant-level',
    );
    world.refusals = { 'policy.put Allow/Allow': denied };
    await living.settle();
    expect(living.nextStep()).toContain('turns "Block Public Internet Access" off');
  });

  test('unreadable tenant settings block nothing, and are named', async () => {
    const world = aWorld();
    world.refusals['tenantSettings.list'] = blocked('InsufficientPrivileges', 'not an administrator', 'ask for it');
    world.refusals['policy.put Allow/Allow'] = blocked('Forbidden', 'no write', 'give the Admin role');
    const living = live(world, aWorkspacePrivateLink({ inbound: DENY }));
    for (let pass = 0; pass < 15; pass++) await living.pass();
    expect(living.condition('AccessApplied').message).toContain('the tenant settings: not an administrator');
    delete world.refusals['policy.put Allow/Allow'];
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });
});

function anMpeFrom(workspaceId: string): KubeObject {
  return {
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: managedPrivateEndpoints.kind,
    metadata: { name: 'to-other', namespace: 'team' },
    spec: { workspaceId },
  };
}

describe('an applied Deny', () => {
  test('survives the loss of everything that allowed it', async () => {
    const { world, living } = await aClosedWorkspace();
    world.endpoints.delete(endpointId('pe-hub').toLowerCase());
    world.zones.delete(ZONE.toLowerCase());
    world.settings = [{ settingName: 'WorkspaceBlockInboundAccess', enabled: false }];
    await living.settle();
    expect(policyWrites(world.writes)).toEqual([]);
    expect(world.policy.inbound).toBe('Deny');
  });

  test('stays when inbound leaves the spec', async () => {
    const { world, living } = await aClosedWorkspace();
    living.change(({ spec }) => delete spec.inbound);
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    expect(living.condition('AccessApplied')).toMatchObject({ reason: 'AccessUnmanaged' });
  });

  test('is lifted by Allow in the spec, and can be applied again', async () => {
    const { world, living } = await aClosedWorkspace();
    living.change(({ spec }) => (spec.inbound = { publicAccess: 'Allow', requires: 'ControlPlane' }));
    await living.settle();
    expect(world.policy.inbound).toBe('Allow');
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
    living.change(({ spec }) => (spec.inbound = DENY));
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  test('that somebody else applied is not lifted by Allow in the spec', async () => {
    const world = aWorld({ policy: { inbound: 'Deny', outbound: 'Allow', etag: '"1"' } });
    const living = live(world, aWorkspacePrivateLink({ inbound: { publicAccess: 'Allow', requires: 'ControlPlane' } }));
    await living.settle();
    expect(living.condition('Stalled').reason).toBe('AdoptionWouldOpen');
    expect(policyWrites(world.writes)).toEqual([]);
  });

  test('that somebody else lifted is applied again, loudly, while the preconditions hold', async () => {
    const { world, living } = await aClosedWorkspace();
    world.policy = { ...world.policy, inbound: 'Allow', etag: '"by others"' };
    world.deniedAtMs = undefined;
    await living.settle();
    expect(policyWrites(world.writes)).toEqual(['policy.put Deny/Allow']);
    expect(living.events.at(-1)).toMatchObject({ type: 'Warning', action: 'DenyInbound' });
  });

  test('that somebody else lifted stays open, loudly, when they do not', async () => {
    const { world, living } = await aClosedWorkspace();
    world.policy = { ...world.policy, inbound: 'Allow' };
    world.deniedAtMs = undefined;
    world.pipelines = [WORKSPACE];
    await living.settle();
    expect(policyWrites(world.writes)).toEqual([]);
    expect(living.condition('Stalled').reason).toBe('RelockBlocked');
    expect(living.nextStep()).toContain('it stays OPEN (the workspace is a stage of a deployment pipeline');
  });

  test('is not fought over without end', async () => {
    const { world, living } = await aClosedWorkspace();
    for (let round = 0; round < 5; round++) {
      world.policy = { ...world.policy, inbound: 'Allow' };
      world.deniedAtMs = undefined;
      world.nowMs += 2 * MINUTE_MS;
      await living.settle();
    }
    expect(policyWrites(world.writes)).toHaveLength(3);
    expect(living.condition('Stalled').reason).toBe('ConflictingWriter');
    world.nowMs += 61 * MINUTE_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  test('is reported also where the other writer comes by once an hour, as seldom as we look', async () => {
    const { world, living } = await aClosedWorkspace();
    const reported: boolean[] = [];
    for (let hour = 0; hour < 12; hour++) {
      world.policy = { ...world.policy, inbound: 'Allow' };
      world.deniedAtMs = undefined;
      world.nowMs += 61 * MINUTE_MS;
      await living.settle();
      reported.push(living.rest('inbound') === 'Preconditions.Rival');
    }
    expect(reported.slice(0, 4)).toEqual([false, false, false, false]);
    expect(reported.filter(Boolean).length).toBeGreaterThanOrEqual(6);
  });

  test('is fought over ever more rarely with somebody who never gives up, and at once again after some peace', async () => {
    const { world, living } = await aClosedWorkspace();
    const open = () => {
      world.policy = { ...world.policy, inbound: 'Allow' };
      world.deniedAtMs = undefined;
    };
    const relocksWithin = async (hours: number) => {
      world.writes.length = 0;
      for (let minute = 0; minute < hours * 60; minute += 10) {
        open();
        world.nowMs += 10 * MINUTE_MS;
        await living.settle();
      }
      return policyWrites(world.writes).length;
    };
    expect(await relocksWithin(24)).toBeLessThanOrEqual(8);
    expect(await relocksWithin(7 * 24)).toBeLessThanOrEqual(8);
    expect(living.condition('Stalled').reason).toBe('ConflictingWriter');
    world.nowMs += 24 * 60 * MINUTE_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
    world.nowMs += 50 * 60 * MINUTE_MS;
    open();
    await living.settle();
    open();
    world.nowMs += 2 * MINUTE_MS;
    await living.settle();
    expect(world.policy.inbound).toBe('Deny');
  });

  test('holds the last proven endpoint back from removal, until another one is proven', async () => {
    const { world, living } = await aClosedWorkspace();
    const second = anEndpoint('second', {
      resourceGroup: 'second',
      dns: { ...anEndpoint('x').dns!, virtualNetworkLinks: [] },
    });
    living.change(({ spec }) => (spec.endpoints = [second]));
    await living.settle();
    expect(living.rest('removal/hub')).toBe('Access.Held');
    expect(living.report.status.endpoints).toContainEqual(
      expect.objectContaining({
        name: 'hub',
        message: expect.stringContaining('the only proven way into a workspace'),
      }),
    );
    expect([...world.endpoints.keys()]).toContain(endpointId('pe-hub').toLowerCase());
    const spokeNetwork = `${second.subnetId.split('/subnets/')[0]}-spoke`;
    living.change(
      ({ spec }) =>
        (spec.endpoints[0]!.dns!.virtualNetworkLinks = [{ virtualNetworkId: spokeNetwork, fallbackToInternet: true }]),
    );
    await living.settle();
    expect([...world.endpoints.keys()]).not.toContain(endpointId('pe-hub').toLowerCase());
    expect(living.condition('Ready').status).toBe('True');
  });

  test('an unreadable policy causes no write and is said', async () => {
    const { world, living } = await aClosedWorkspace();
    world.refusals['policy.get'] = blocked('Forbidden', 'no role on the workspace', 'give the identity the Admin role');
    await living.settle();
    expect(world.writes).toEqual([]);
    expect(living.nextStep()).toContain('the communication policy: no role on the workspace');
    expect(living.condition('AccessApplied').status).toBe('Unknown');
  });

  test('a policy changed between read and write is a conflict, and nothing is lost', async () => {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ outbound: { publicAccess: 'Deny' } }));
    for (let pass = 0; pass < 3; pass++) await living.pass();
    await living.settle();
    expect(world.policy).toMatchObject({ inbound: 'Allow', outbound: 'Deny' });
    world.nowMs += 16 * MINUTE_MS;
    await living.settle();
    expect(living.condition('AccessApplied')).toMatchObject({ status: 'True', reason: 'OutboundApplied' });
    expect(world.services.has(SERVICE.toLowerCase())).toBe(true);
  });
});
