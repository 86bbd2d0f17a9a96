import { describe, expect, test } from '@jest/globals';
import { consumerOfId, desiredOf, linkName } from '../../../controllers/workspace-private-link/desired.ts';
import { refOf } from '../../../controllers/workspace-private-link/desired-names.ts';
import { notes, provenanceOf, staleNotes } from '../../../controllers/workspace-private-link/desired-provenance.ts';
import type { WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import {
  anEndpoint,
  aWorkspacePrivateLink,
  aWorld,
  endpointId,
  live,
  noted,
  remove,
  SERVICE,
  TENANT,
  ZONE,
} from './living.ts';

const PARTNER = '77777777-7777-4777-8777-777777777777';
const CONSUMER = { tenantId: PARTNER, secret: 'partner' };
const NETWORK = '/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/virtualNetworks/z';

const atPartner = (changes: Partial<WorkspacePrivateLinkEndpoint> = {}) =>
  anEndpoint('partner', {
    tenantId: PARTNER,
    credentialsRef: { name: 'partner' },
    dns: { ...anEndpoint('any').dns!, virtualNetworkLinks: [{ virtualNetworkId: NETWORK, fallbackToInternet: true }] },
    ...changes,
  });

const missing = (name: string) =>
  ({
    disposition: 'blocked',
    reason: 'CredentialMissing',
    message: `Secret team/${name} does not exist`,
    remedy: `create Secret team/${name}`,
  }) as const;

describe('whose credentials an endpoint needs', () => {
  const consumerOf = (endpoint: Partial<WorkspacePrivateLinkEndpoint>, own?: string) =>
    desiredOf(
      aWorkspacePrivateLink({
        endpoints: [anEndpoint('hub', endpoint)],
        ...(own !== undefined && { credentialsRef: { name: own } }),
      }),
      'c1',
    ).endpoints[0]!.consumer;

  test.each<[string, Partial<WorkspacePrivateLinkEndpoint>, string | undefined, unknown]>([
    ['nothing said: the object’s own', {}, undefined, undefined],
    ['the workspace’s tenant said again, in capitals', { tenantId: TENANT.toUpperCase() }, undefined, undefined],
    ['the object’s own Secret said again', { credentialsRef: { name: 'own' } }, 'own', undefined],
    [
      'another Secret for the same tenant',
      { credentialsRef: { name: 'net' } },
      'own',
      { tenantId: TENANT, secret: 'net' },
    ],
    ['another tenant by the namespace’s Secret', { tenantId: PARTNER.toUpperCase() }, 'own', { tenantId: PARTNER }],
    ['another tenant and its Secret', { tenantId: PARTNER, credentialsRef: { name: 'partner' } }, undefined, CONSUMER],
    [
      'the object’s Secret for another tenant: wrong, and said so',
      { tenantId: PARTNER, credentialsRef: { name: 'own' } },
      'own',
      { tenantId: PARTNER, secret: 'own' },
    ],
  ])('%s', (_, endpoint, own, consumer) => {
    expect(consumerOf(endpoint, own)).toEqual(consumer);
  });
});

describe('notes remember whose credentials reach a thing', () => {
  const of = (annotations: Record<string, string>) => provenanceOf(aWorkspacePrivateLink({}, { annotations }));

  test('as they were written, with a Secret and without', () => {
    const annotations = {
      ...notes.endpoint(noted('partner', endpointId('A'), CONSUMER), 'created'),
      ...notes.records(noted('partner', endpointId('A'), CONSUMER), ZONE),
      ...notes.zone(ZONE, CONSUMER),
      ...notes.link('/given', NETWORK, { tenantId: PARTNER }),
    };
    expect(of(annotations)).toMatchObject({
      endpoints: { [refOf(endpointId('a'))]: { how: 'created', id: endpointId('A') } },
      records: { [refOf(endpointId('a'))]: [ZONE] },
      zones: [ZONE],
      links: [{ zoneId: '/given', name: linkName(NETWORK) }],
      consumers: {
        [endpointId('A').toLowerCase()]: CONSUMER,
        [ZONE.toLowerCase()]: CONSUMER,
        '/given': { tenantId: PARTNER },
      },
    });
  });

  test('notes of an older version say nothing, and mean the object’s own', () => {
    const annotations = {
      ...notes.endpoint(noted('hub', endpointId('a')), 'adopted'),
      ...notes.zone(ZONE),
      ...notes.records(noted('hub', endpointId('a')), ZONE),
      ...notes.link(ZONE, NETWORK),
    };
    expect(Object.values(annotations).join()).not.toContain('@');
    expect(of(annotations)).toMatchObject({
      endpoints: { [refOf(endpointId('a'))]: { how: 'adopted' } },
      zones: [ZONE],
      consumers: {},
    });
  });

  test('a note whose credentials cannot be read is none of ours: nothing is deleted on a guess', () => {
    const whole = notes.endpoint(noted('partner', endpointId('a'), CONSUMER), 'created');
    const broken = Object.fromEntries(Object.entries(whole).map(([key, value]) => [key, value.replace('@7', '@')]));
    expect(of(broken)).toMatchObject({ endpoints: {}, consumers: {} });
  });

  test('the spec has the last word on what it still names', () => {
    const annotations = notes.endpoint(noted('partner', endpointId('pe-partner'), CONSUMER), 'created');
    const renamed = { tenantId: PARTNER, secret: 'renamed' };
    const seen = (endpoints: WorkspacePrivateLinkEndpoint[]) => {
      const resource = aWorkspacePrivateLink({ endpoints }, { annotations });
      return { desired: desiredOf(resource, 'c1'), provenance: provenanceOf(resource) };
    };
    const id = endpointId('pe-partner');
    expect(consumerOfId(seen([atPartner({ credentialsRef: { name: 'renamed' } })]), id)).toEqual(renamed);
    expect(consumerOfId(seen([]), id)).toEqual(CONSUMER);
    expect(consumerOfId(seen([]), endpointId('other'))).toBeUndefined();
  });

  test('follow the spec to another Secret, as long as it names the thing', () => {
    const annotations = {
      ...notes.endpoint(noted('partner', endpointId('pe-partner'), CONSUMER), 'created'),
      ...notes.endpoint(noted('gone', endpointId('pe-gone'), CONSUMER), 'created'),
      ...notes.zone(ZONE),
    };
    const stale = (endpoints: WorkspacePrivateLinkEndpoint[]) => {
      const resource = aWorkspacePrivateLink({ endpoints }, { annotations });
      return staleNotes(resource, desiredOf(resource, 'c1'));
    };
    const renamed = { tenantId: PARTNER, secret: 'renamed' };
    expect(stale([atPartner({ credentialsRef: { name: 'renamed' } })])).toEqual({
      ...notes.endpoint(noted('partner', endpointId('pe-partner'), renamed), 'created'),
      ...notes.zone(ZONE, renamed),
    });
    expect(stale([anEndpoint('partner')])).toEqual(
      notes.endpoint(noted('partner', endpointId('pe-partner')), 'created'),
    );
    expect(stale([])).toEqual({});
  });
});

describe('an endpoint whose consumer’s credentials are missing', () => {
  const both = () =>
    aWorkspacePrivateLink({
      endpoints: [anEndpoint('hub'), atPartner({ resourceGroup: 'theirs' })],
      inbound: { publicAccess: 'Allow', requires: 'ControlPlane' },
    });
  const message = (living: ReturnType<typeof live>, name: string) =>
    (living.report.status.endpoints as { name: string; message: string }[]).find((one) => one.name === name)?.message;

  test('stalls with the remedy, before anything of it was ever made, while its sibling gets ready', async () => {
    const world = aWorld({ refusals: { 'credentials partner': missing('partner') } });
    const living = live(world, both());
    await living.settle();
    expect(living.rest('endpoint/partner')).toBe('Request.NoCredentials');
    expect(living.rest('proof/hub')).toBe('Verified.Proven');
    expect(message(living, 'partner')).toBe('Secret team/partner does not exist; create Secret team/partner.');
    expect(living.condition('Stalled').reason).toBe('CredentialMissing');
    for (const type of ['EndpointsReady', 'DNSReady', 'DNSVerified']) {
      expect(living.condition(type)).toMatchObject({ status: 'Unknown', reason: 'CredentialMissing' });
    }
    expect(living.condition('ServiceReady').status).toBe('True');
    expect(living.condition('AccessApplied').status).toBe('True');

    delete world.refusals['credentials partner'];
    await living.settle();
    expect(living.condition('Ready').status).toBe('True');
  });

  test('is not touched, and neither is access, when they go missing later; what the service says is still shown', async () => {
    const world = aWorld();
    const living = live(world, both());
    await living.settle();
    const writes = world.writes.length;
    world.refusals['credentials partner'] = { ...missing('partner'), reason: 'CredentialInvalid' };
    world.nowMs += 3_600_000;
    await living.settle();
    expect(world.writes).toHaveLength(writes);
    expect(living.condition('EndpointsReady')).toMatchObject({ status: 'Unknown', reason: 'CredentialInvalid' });
    expect(living.report.status.endpoints).toContainEqual(
      expect.objectContaining({ name: 'partner', connection: 'Approved', addresses: [] }),
    );
  });

  test('is asked for them once a pass, however much of it is read', async () => {
    const world = aWorld();
    const living = live(world, both());
    await living.settle();
    world.reads.length = 0;
    await living.pass();
    expect(world.reads.filter((read) => read === 'credentials partner')).toHaveLength(1);
    expect(world.reads.filter((read) => read === 'endpoints.list')).toHaveLength(2);
  });

  test('is left where it is when the entry goes, says what stays behind, and goes once they are back', async () => {
    const world = aWorld();
    const living = live(world, both());
    await living.settle();
    world.refusals['credentials partner'] = missing('partner');
    living.change(({ spec }) => (spec.endpoints = [anEndpoint('hub')]));
    await living.settle();
    const id = endpointId('pe-partner').replace('/fabric/', '/theirs/');
    expect(living.rest('removal/partner')).toBe('Dns.NoCredentials');
    expect(living.nextStep()).toContain('kubectl -n team annotate workspaceprivatelinks.fabriclink.dev sales');
    expect(message(living, 'partner')).toContain(
      // There is no room for all of it: what to do comes first.
      'Create Secret team/partner; or, once it was deleted there by hand',
    );
    expect(message(living, 'partner')).toContain(
      `the private endpoint stays in tenant ${PARTNER} until there are credentials to take it away, with what is left of its DNS`,
    );
    expect(world.endpoints.has(id.toLowerCase())).toBe(true);
    delete world.refusals['credentials partner'];
    await living.settle();
    expect(world.endpoints.has(id.toLowerCase())).toBe(false);
    expect(living.condition('Ready').status).toBe('True');
    expect(Object.values(living.resource.metadata.annotations ?? {}).join()).not.toContain('@');
  });

  test('holds up the end of the object, and nothing that comes before it', async () => {
    const world = aWorld();
    const living = live(world, both());
    await living.settle();
    world.refusals['credentials partner'] = missing('partner');
    remove(living);
    await living.settle();
    expect([...world.endpoints.keys()]).toEqual([
      endpointId('pe-partner').replace('/fabric/', '/theirs/').toLowerCase(),
    ]);
    expect([living.released, world.services.size]).toEqual([false, 1]);
    expect(living.condition('Stalled').reason).toBe('CredentialMissing');
    delete world.refusals['credentials partner'];
    await living.settle();
    expect([living.released, world.services.size, world.endpoints.size, world.zones.size]).toEqual([true, 0, 0, 0]);
  });
});

describe('what a person of the consumer’s tenant has taken away, with nobody’s credentials coming back', () => {
  async function lost(change: (living: ReturnType<typeof live>) => void) {
    const world = aWorld();
    const living = live(world, aWorkspacePrivateLink({ endpoints: [atPartner({ resourceGroup: 'theirs' })] }));
    await living.settle();
    world.refusals['credentials partner'] = missing('partner');
    change(living);
    await living.settle();
    const [, said = ''] =
      /annotate workspaceprivatelinks\.fabriclink\.dev sales ([^`]*)`/.exec(living.nextStep()) ?? [];
    const writes = world.writes.length;
    world.endpoints.clear();
    const [service] = world.services.values();
    world.services.set(SERVICE.toLowerCase(), { ...service!, connections: [] });
    return { world, living, said: said.split(' '), since: () => world.writes.slice(writes) };
  }

  test('is forgotten by the command that is shown, when its entry has left the spec', async () => {
    const { living, said, since } = await lost((one) => one.change(({ spec }) => (spec.endpoints = [])));
    const keys = said.map((key) => key.replace(/-$/, ''));
    expect(keys).toHaveLength(3);
    living.change(({ metadata }) => {
      for (const key of keys) delete metadata.annotations![key];
    });
    await living.settle();
    expect([living.condition('Ready').status, living.report.status.endpoints, since()]).toEqual(['True', [], []]);
  });

  test('is given up by the one command that is shown everywhere, when the object is being deleted', async () => {
    const { living, said, since } = await lost(remove);
    expect(said).toEqual(['fabriclink.dev/abandon=yes']);
    const [shown] = living.report.status.endpoints as { message: string }[];
    expect(shown!.message).toContain(`annotate workspaceprivatelinks.fabriclink.dev sales ${said[0]}\``);
    living.change(({ metadata }) => (metadata.annotations!['fabriclink.dev/abandon'] = 'yes'));
    await living.settle();
    expect([living.released, since()]).toEqual([true, ['services.delete']]);
  });
});

test('an endpoint whose subscription belongs to another tenant than its entry says blinds nobody else', async () => {
  const refusal = {
    disposition: 'blocked',
    reason: 'CredentialTenantMismatch',
    message: 'the subscription is of another tenant',
    remedy: 'correct the subscription or the tenant',
    status: 401,
  } as const;
  const world = aWorld({ refusals: { 'endpoints.list': refusal } });
  const living = live(world, aWorkspacePrivateLink());
  await living.settle();
  expect(living.condition('ServiceReady').status).toBe('True');
  expect(living.rest('endpoint/hub')).toBe('Request.NoCredentials');
  expect(living.nextStep()).toContain('correct the subscription or the tenant');
});
