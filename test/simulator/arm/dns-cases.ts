import { expect } from '../core/expectations.ts';
import { type Bench, NETWORK_ID } from '../core/fixture.ts';
import type { SwitchCase } from '../core/switches.ts';
import { aZone, expectCode, MINUTE_MS, putLink, putRecord, ZONE_ID } from './network-fixture.ts';

const link = `${ZONE_ID}/virtualNetworkLinks/hub`;
const twin = ZONE_ID.replace('rg-net', 'rg-dns');

async function aLink(bench: Bench): Promise<void> {
  await aZone(bench);
  await putLink(bench, 'hub');
  bench.clock.advance(MINUTE_MS);
}

export const dnsCases = {
  checkEtags: {
    keeps: 'writers from overwriting what they have not read',
    async check(bench) {
      await aZone(bench);
      const first = await putRecord(bench, 'a', '127.64.1.4', { 'if-none-match': '*' });
      expect(first.status).toBe(201);
      expectCode(await putRecord(bench, 'a', '127.64.1.5', { 'if-none-match': '*' }), 412, 'PreconditionFailed');
      const etag = String(first.at('etag'));
      expect((await putRecord(bench, 'a', '127.64.1.5', { 'if-match': etag })).status).toBe(200);
      expectCode(await putRecord(bench, 'a', '127.64.1.6', { 'if-match': etag }), 412, 'PreconditionFailed');
      const stale = { headers: { 'if-match': etag } };
      expectCode(await bench.arm('DELETE', `${ZONE_ID}/A/a`, undefined, stale), 412, 'PreconditionFailed');
      expect((await bench.arm('DELETE', `${ZONE_ID}/A/a`)).status).toBe(200);
      expect((await bench.arm('DELETE', `${ZONE_ID}/A/a`)).status).toBe(204);
      const zone = { headers: { 'if-none-match': '*' } };
      expectCode(await bench.arm('PUT', ZONE_ID, { location: 'global' }, zone), 412, 'PreconditionFailed');
    },
  },
  delayZones: {
    keeps: 'a new zone out of sight for half a minute, behind 202 and {}',
    async check(bench) {
      const reply = await bench.arm('PUT', ZONE_ID, { location: 'global' });
      expect([reply.status, reply.text, reply.headers['retry-after']]).toEqual([202, '{}', '30']);
      expect((await bench.arm('GET', ZONE_ID)).status).toBe(404);
      expectCode(await putRecord(bench, 'a', '127.64.1.4'), 404, 'ParentResourceNotFound');
      bench.clock.advance(30_000);
      const zone = await bench.arm('GET', ZONE_ID);
      expect([zone.status, zone.at('properties.numberOfRecordSets')]).toEqual([200, 1]);
      expect(zone.text).toContain('\\/privateDnsZones\\/');
    },
  },
  statusAnswers202: {
    keeps: 'the status URL at 202 while the operation runs',
    async check(bench) {
      const reply = await bench.arm('PUT', ZONE_ID, { location: 'global' });
      const poll = () => bench.arm('GET', reply.headers['azure-asyncoperation'] ?? '');
      const running = await poll();
      expect([running.status, running.at('status')]).toEqual([202, 'InProgress']);
      bench.clock.advance(30_000);
      const over = await poll();
      expect([over.status, over.at('status')]).toEqual([200, 'Succeeded']);
    },
  },
  delayLinks: {
    keeps: 'a new link InProgress for half a minute',
    async check(bench) {
      await aZone(bench);
      expect((await putLink(bench, 'hub')).status).toBe(202);
      const state = async () => (await bench.arm('GET', link)).at('properties.virtualNetworkLinkState');
      expect(await state()).toBe('InProgress');
      bench.clock.advance(30_000);
      expect(await state()).toBe('Completed');
    },
  },
  oneLinkPerZoneName: {
    keeps: 'a network to one zone of a name',
    async check(bench) {
      await aLink(bench);
      await aZone(bench, twin);
      expectCode(await putLink(bench, 'hub', { zoneId: twin }), 409, 'Conflict');
      expectCode(await putLink(bench, 'again'), 409, 'Conflict');
    },
  },
  keepLinkedZone: {
    keeps: 'a zone as long as networks are linked to it',
    async check(bench) {
      await aLink(bench);
      expectCode(await bench.arm('DELETE', ZONE_ID), 409, 'CannotDeleteResource');
      expect((await bench.arm('DELETE', link)).status).toBe(202);
      bench.clock.advance(MINUTE_MS);
      expect((await bench.arm('DELETE', ZONE_ID)).status).toBe(202);
      bench.clock.advance(MINUTE_MS);
      expect((await bench.arm('DELETE', ZONE_ID)).status).toBe(204);
    },
  },
  keepLinkTarget: {
    keeps: 'a link with its network',
    async check(bench) {
      await aLink(bench);
      const other = NETWORK_ID.replace('vnet-a', 'vnet-b');
      const [network] = Object.values(bench.simulator.world.arm.virtualNetworks);
      bench.simulator.world.arm.virtualNetworks[other.toLowerCase()] = { ...network!, id: other };
      expectCode(await putLink(bench, 'hub', { networkId: other }), 400, 'BadRequest');
      expect((await putLink(bench, 'hub', { fallback: true })).status).toBe(202);
      bench.clock.advance(MINUTE_MS);
      expect((await bench.arm('GET', link)).at('properties.resolutionPolicy')).toBe('NxDomainRedirect');
      const older = await bench.arm('GET', link, undefined, { apiVersion: '2020-06-01' });
      expect(older.at('properties.resolutionPolicy')).toBeUndefined();
    },
  },
} satisfies Record<string, SwitchCase>;
