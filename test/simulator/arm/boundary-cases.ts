import { grantNow, revokeGrants } from '../../../simulator/arm/out-of-band.ts';
import { expect } from '../core/expectations.ts';
import { type Bench, GROUP_PATH, NETWORK_ID, OTHER_SUBSCRIPTION, SUBSCRIPTION, TENANT } from '../core/fixture.ts';
import type { SwitchCase } from '../core/switches.ts';
import { aZone, ENDPOINTS, expectCode, putEndpoint, ZONE_ID } from './network-fixture.ts';

const PROVIDER = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Fabric`;
const STRANGER = { tenantId: TENANT, objectId: 'eeeeeeee-0000-4000-8000-00000000000e' };

async function refusedAfter(limit: number, send: () => ReturnType<Bench['arm']>) {
  for (let sent = 0; sent < limit; sent++) expect((await send()).status).not.toBe(429);
  return send();
}

export const boundaryCases = {
  requireApiVersion: {
    keeps: 'requests without a version, or with one that the type lacks, out',
    async check({ arm }) {
      expectCode(
        await arm('GET', NETWORK_ID, undefined, { apiVersion: '2019-01-01' }),
        400,
        'NoRegisteredProviderFound',
      );
      expectCode(await arm('GET', NETWORK_ID, undefined, { apiVersion: 'latest' }), 400, 'InvalidApiVersionParameter');
      expectCode(await arm('GET', `${NETWORK_ID}?api-version=`), 400, 'MissingApiVersionParameter');
    },
  },
  requireSubscriptionTenant: {
    keeps: "one tenant's token out of another tenant's subscription",
    async check({ arm }) {
      const path = `/subscriptions/${OTHER_SUBSCRIPTION}/providers/Microsoft.Fabric`;
      expectCode(await arm('GET', path), 401, 'InvalidAuthenticationTokenTenant');
      const nowhere = '/subscriptions/99999999-0000-4000-8000-000000000009/providers/Microsoft.Fabric';
      expectCode(await arm('GET', nowhere), 404, 'SubscriptionNotFound');
    },
  },
  requireAuthorization: {
    keeps: 'principals without a role from reading and writing',
    async check({ arm }) {
      expectCode(await arm('GET', NETWORK_ID, undefined, { as: STRANGER }), 403, 'AuthorizationFailed');
      expectCode(await arm('POST', `${PROVIDER}/register`, {}, { as: STRANGER }), 403, 'AuthorizationFailed');
    },
  },
  delayGrants: {
    keeps: 'a new role assignment without effect for ten minutes, and within its scope and actions',
    async check({ arm, simulator, clock }) {
      const actions = ['Microsoft.Network/virtualNetworks/read'];
      grantNow(simulator.cloud, { principalId: STRANGER.objectId, scope: GROUP_PATH, actions });
      const read = () => arm('GET', NETWORK_ID, undefined, { as: STRANGER });
      clock.advance(599_000);
      expectCode(await read(), 403, 'AuthorizationFailed');
      clock.advance(1_000);
      expect((await read()).status).toBe(200);
      expectCode(await arm('GET', ENDPOINTS, undefined, { as: STRANGER }), 403, 'AuthorizationFailed');
      revokeGrants(simulator.cloud, STRANGER.objectId);
      expectCode(await read(), 403, 'AuthorizationFailed');
    },
  },
  requireResourceGroup: {
    keeps: 'resources out of groups that do not exist',
    async check({ arm }) {
      const zone = ZONE_ID.replace('rg-net', 'rg-gone');
      expectCode(await arm('PUT', zone, { location: 'global' }), 404, 'ResourceGroupNotFound');
    },
  },
  requireProviderRegistration: {
    keeps: 'writes out of subscriptions that did not register the provider, the target type’s included',
    async check(bench) {
      const { providers } = bench.simulator.world.arm.subscriptions[SUBSCRIPTION]!;
      providers['microsoft.fabric']!.state = 'NotRegistered';
      expectCode(await putEndpoint(bench, 'pe-a'), 409, 'MissingSubscriptionRegistration');
      providers['microsoft.network']!.state = 'NotRegistered';
      expectCode(await bench.arm('PUT', ZONE_ID, { location: 'global' }), 409, 'MissingSubscriptionRegistration');
    },
  },
  delayRegistration: {
    keeps: 'a registration under way for a minute; registering again is the same call',
    async check({ arm, simulator, clock }) {
      simulator.world.arm.subscriptions[SUBSCRIPTION]!.providers['microsoft.fabric']!.state = 'NotRegistered';
      const state = async () => (await arm('GET', PROVIDER)).at('registrationState');
      expect(await state()).toBe('NotRegistered');
      expect((await arm('POST', `${PROVIDER}/register`)).status).toBe(200);
      expect(await state()).toBe('Registering');
      clock.advance(60_000);
      expect(await state()).toBe('Registered');
      expect((await arm('POST', `${PROVIDER}/register`)).at('registrationState')).toBe('Registered');
    },
  },
  countRequests: {
    keeps: 'a principal at 200 writes at once and 10 a second, and says what is left',
    async check({ arm, clock, simulator }) {
      simulator.conduct.arm.switches.countNetworkRequests = false;
      const first = await arm('POST', `${PROVIDER}/register`);
      expect(first.headers['x-ms-ratelimit-remaining-subscription-writes']).toBe('199');
      expect(first.headers['x-ms-ratelimit-remaining-subscription-global-writes']).toBe('2999');
      const refused = await refusedAfter(199, () => arm('POST', `${PROVIDER}/register`));
      expectCode(refused, 429, 'SubscriptionRequestsThrottled');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect((await arm('GET', PROVIDER)).headers['x-ms-ratelimit-remaining-subscription-reads']).toBe('249');
      clock.advance(1_000);
      expect((await refusedAfter(10, () => arm('POST', `${PROVIDER}/register`))).status).toBe(429);
    },
  },
  countNetworkRequests: {
    keeps: 'Microsoft.Network at its own number of writes in five minutes',
    async check({ arm, clock, simulator }) {
      // The published 1000 is a matter of patience; the rule is the same with 3.
      simulator.conduct.arm.quotas.network.writes = 3;
      const remove = () => arm('DELETE', `${ENDPOINTS}/none`);
      expectCode(await refusedAfter(3, remove), 429, 'TooManyRequests');
      clock.advance(299_000);
      expect((await remove()).status).toBe(429);
      clock.advance(1_000);
      expect((await remove()).status).toBe(204);
    },
  },
  countDnsRequests: {
    keeps: 'private DNS at its own number of reads in five minutes, and says what is left',
    async check(bench) {
      await aZone(bench);
      bench.simulator.conduct.arm.quotas.dns.reads = 3;
      const first = await bench.arm('GET', ZONE_ID);
      expect(first.headers['x-ms-ratelimit-remaining-subscription-resource-requests']).toBe('2');
      const refused = await refusedAfter(2, () => bench.arm('GET', ZONE_ID));
      expectCode(refused, 429, 'TooManyRequests');
      expect(refused.headers['retry-after']).toBe('300');
    },
  },
  limitTagNames: {
    keeps: 'a slash out of tag names',
    async check({ arm }) {
      const body = { location: 'global', tags: { 'fabriclink.dev/owner': 'me' } };
      expectCode(await arm('PUT', ZONE_ID, body), 400, 'InvalidTagNameCharacters');
    },
  },
} satisfies Record<string, SwitchCase>;
