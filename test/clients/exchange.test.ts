import { describe, expect, test } from '@jest/globals';
import { type Scripted, scripted } from './clouds-on-script.ts';
import { aCall, json, noAnswer, rejection, SUBSCRIPTION, TENANT, WORKSPACE } from './fakes.ts';

const fresh = () => aCall({ maxAgeMs: 0 });
const page = json({ value: [] });

const SUBNET = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub/subnets/links`;
const SCOPE = { subscriptionId: SUBSCRIPTION, resourceGroup: 'rg', name: 'pls' };

describe('an exchange for an object that is only observed', () => {
  const observing = () => aCall({ maxAgeMs: 0, readOnly: true });

  test('reads', async () => {
    const { clients, requests } = await scripted(() => page);
    await clients.fabric.workspaces(observing());
    expect(requests).toHaveLength(1);
  });

  type Write = [string, (clients: Scripted['clients']) => Promise<unknown>];
  const writes: Write[] = [
    [
      'PUT',
      ({ fabric }) =>
        fabric.putCommunicationPolicy(WORKSPACE, { inbound: 'Deny', outbound: 'Allow' }, '"1"', observing()),
    ],
    ['POST', ({ arm }) => arm.providers.register(SUBSCRIPTION, 'Microsoft.Fabric', observing())],
    ['PATCH', ({ arm }) => arm.privateLinkServices.patchTags(SCOPE, {}, observing())],
    ['DELETE', ({ arm }) => arm.privateEndpoints.delete({ ...SCOPE, name: 'pe' }, SUBNET, observing())],
  ];
  test.each(writes)('sends no %s, and it is a defect that it was tried', async (_, write) => {
    const { clients, requests } = await scripted(() => page);
    expect(await rejection(write(clients))).toMatchObject({ disposition: 'bug', reason: 'WriteWhileObserving' });
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('an exchange', () => {
  test('carries the token of its own audience and nothing of the other one’s', async () => {
    const audiences: string[] = [];
    const { clients, requests } = await scripted(
      ({ service }) => (service === 'arm' ? json({ registrationState: 'Registered' }) : page),
      {
        requestToken: ({ tenantId }, scope) => {
          expect(tenantId).toBe(TENANT);
          audiences.push(scope);
          return Promise.resolve({ token: `for ${scope}`, lifetimeMs: 3_600_000 });
        },
      },
    );
    await clients.fabric.workspaces(fresh());
    await clients.arm.providers.state(SUBSCRIPTION, 'Microsoft.Fabric', fresh());
    expect(requests.map(({ service, headers }) => [service, headers?.['authorization']])).toEqual([
      ['fabric', 'Bearer for https://fabric.test/.default'],
      ['arm', 'Bearer for https://arm.test/.default'],
    ]);
    expect(audiences).toHaveLength(2);
  });

  test('repeats a call once with a fresh token after a 401, and no more', async () => {
    const { clients, requests } = await scripted(() => json({ errorCode: 'TokenExpired', message: 'expired' }, 401));
    const error = await rejection(clients.fabric.workspaces(fresh()));
    expect(error).toMatchObject({ disposition: 'blocked', reason: 'CredentialInvalid', status: 401 });
    expect(requests.map(({ headers }) => headers?.['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('does not repeat a call with the same token', async () => {
    const { clients, requests } = await scripted(() => json({ errorCode: 'TokenExpired', message: 'expired' }, 401), {
      requestToken: () => Promise.resolve({ token: 'always the same', lifetimeMs: 3_600_000 }),
    });
    await rejection(clients.fabric.workspaces(fresh()));
    expect(requests).toHaveLength(1);
  });

  test.each([429, 500, 503])('never retries by itself: HTTP %i', async (status) => {
    const { clients, requests } = await scripted(() => ({ status }));
    await rejection(clients.fabric.workspaces(fresh()));
    expect(requests).toHaveLength(1);
  });

  test('says what a lost answer prevented, and that trying again is safe', async () => {
    const { clients, records } = await scripted(() => noAnswer());
    expect(await rejection(clients.fabric.workspaces(fresh()))).toMatchObject({
      disposition: 'transient',
      code: 'ECONNRESET',
      message: 'cannot list the workspaces: no answer (ECONNRESET)',
    });
    expect(records).toMatchObject([{ operation: 'workspaces.list', code: 'NoAnswer' }]);
    expect(records[0]).not.toHaveProperty('status');
  });

  test('holds everybody back after a 429 for as long as the service asks', async () => {
    const { clients, clock, requests } = await scripted(() =>
      json({ errorCode: 'RequestBlocked', message: 'slow' }, 429, { 'retry-after': '30' }),
    );
    expect(await rejection(clients.fabric.workspaces(fresh()))).toMatchObject({
      disposition: 'throttled',
      retryAfterMs: 30_000,
    });
    expect(await rejection(clients.fabric.capacities(fresh()))).toMatchObject({
      disposition: 'throttled',
      reason: 'WaitingForQuota',
      retryAfterMs: 30_000,
    });
    expect(requests).toHaveLength(1);
    await clock.advance(30_000);
    await rejection(clients.fabric.capacities(fresh()));
    expect(requests).toHaveLength(2);
  });

  test('blames the resource provider when ARM’s own bucket still has something', async () => {
    const { clients, requests } = await scripted(({ url }) =>
      url.includes('privateDnsZones')
        ? json({ error: { code: 'TooManyRequests', message: 'slow' } }, 429, {
            'retry-after': '30',
            'x-ms-ratelimit-remaining-subscription-reads': '200',
          })
        : json({ registrationState: 'Registered' }),
    );
    await rejection(clients.arm.privateDns.zones(SUBSCRIPTION, fresh()));
    await clients.arm.providers.state(SUBSCRIPTION, 'Microsoft.Fabric', fresh());
    expect(await rejection(clients.arm.privateDns.zones(SUBSCRIPTION, fresh()))).toMatchObject({
      reason: 'WaitingForQuota',
    });
    expect(requests).toHaveLength(2);
  });

  test('stops before ARM’s bucket is empty when its headers say that little is left', async () => {
    const { clients } = await scripted(() =>
      json({ registrationState: 'Registered' }, 200, { 'x-ms-ratelimit-remaining-subscription-reads': '1' }),
    );
    await clients.arm.providers.state(SUBSCRIPTION, 'Microsoft.Fabric', fresh());
    await clients.arm.providers.state(SUBSCRIPTION, 'Microsoft.Network', fresh());
    expect(await rejection(clients.arm.providers.state(SUBSCRIPTION, 'Microsoft.Fabric', fresh()))).toMatchObject({
      reason: 'WaitingForQuota',
    });
  });

  test('a success that is not JSON proves nothing', async () => {
    for (const body of ['<html>hello</html>', '', '{"value":[', '[]', 'null']) {
      const { clients } = await scripted(() => ({ status: 200, body }));
      expect(await rejection(clients.fabric.workspaces(fresh()))).toMatchObject({
        disposition: 'transient',
        reason: 'UnreadableAnswer',
      });
    }
  });

  test('tells who asked, what for and how it ended, and shows no secret', async () => {
    const { clients, records } = await scripted(() =>
      json({ errorCode: 'InsufficientPrivileges', message: 'no' }, 403),
    );
    const error = await rejection(clients.fabric.tenantSettings(fresh()));
    expect(records).toMatchObject([
      {
        service: 'fabric',
        operation: 'tenantSettings.list',
        method: 'GET',
        tenantId: TENANT,
        namespace: 'team-a',
        write: false,
        status: 403,
        code: 'InsufficientPrivileges',
      },
    ]);
    expect(JSON.stringify([records, error, error.message, error.stack])).not.toMatch(/planted|token-1/);
  });

  test('ends with the pass', async () => {
    const controller = new AbortController();
    const { clients } = await scripted(({ signal }) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal!.addEventListener('abort', () => reject(signal!.reason as Error));
      controller.abort(new Error('pass over'));
      return promise;
    });
    await expect(clients.fabric.workspaces(aCall({ signal: controller.signal }))).rejects.toThrow('pass over');
  });
});
