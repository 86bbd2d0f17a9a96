import { describe, expect, test } from '@jest/globals';
import type { DnsAnswer } from '../../../operator/clients/dns-types.ts';
import { addressesOf } from './fake-cloud.ts';
import { anEndpoint, aWorkspacePrivateLink, aWorld, endpointId, live, TENANT } from './living.ts';

/** What name servers answer, as the reasons and words of the proof; the real protocol is played in the scenarios. */

const TENANT_API = `${TENANT.replaceAll('-', '').toLowerCase()}-api.privatelink.analysis.windows.net`;
const GLOBAL = 'api.fabric.microsoft.com';
const to = (...addresses: string[]): DnsAnswer => ({ kind: 'addresses', addresses });
const nothing: DnsAnswer = { kind: 'nxdomain' };
const isWorkspace = (name: string) => /\.z[0-9a-f]{2}\./.test(name);

type World = ReturnType<typeof aWorld>;
const own = (world: World, name: string) =>
  addressesOf(world, endpointId('pe-hub')).find(({ fqdns }) => fqdns[0] === name)!.address;

const resolving = (nameservers?: { address: string; port: number }[]) =>
  anEndpoint('hub', {
    dns: {
      ...anEndpoint('x').dns!,
      verify: { mode: 'Resolve', timeoutSeconds: 5, ...(nameservers && { nameservers }) },
    },
  });

async function said(
  answers: (name: string, world: World, server: string | undefined) => DnsAnswer,
  nameservers?: string[],
) {
  const world = aWorld();
  world.answers = (name, server) => answers(name, world, server);
  const endpoints = [resolving(nameservers?.map((address) => ({ address, port: 53 })))];
  const living = live(
    world,
    aWorkspacePrivateLink({ inbound: { publicAccess: 'Deny', requires: 'Resolve', onDelete: 'Restore' }, endpoints }),
  );
  await living.settle();
  const { reason, message } = living.condition('DNSVerified');
  return { reason, message, inbound: world.policy.inbound, world };
}

describe('the tenant-level private link is told by evidence', () => {
  /** The workspace's names, the tenant's own name, the global host, and a name that nobody has. */
  const cases: Record<
    string,
    {
      because: string;
      workspace: string;
      tenant?: string;
      global?: string;
      nobody?: string;
      reason: string;
      says?: string;
    }
  > = {
    'the very address of the tenant’s own name': {
      because: 'only the link makes that name private',
      workspace: '10.9.0.9',
      tenant: '10.9.0.9',
      reason: 'DnsAnswersTenantLevel',
      says: `${TENANT_API} has that address there, too`,
    },
    'the very address of the global host': {
      because: 'public as a rule, private behind the link',
      workspace: '10.9.0.9',
      global: '10.9.0.9',
      reason: 'DnsAnswersTenantLevel',
      says: `${GLOBAL} has that address there, too`,
    },
    'a neighbour of its address': {
      because: 'the link has several addresses, and so has everything else in that network',
      workspace: '10.9.0.12',
      tenant: '10.9.0.9',
      reason: 'DnsAnswersLikeTenantLevel',
      says: `${TENANT_API} leads to 10.9.0.9 there, in the same network`,
    },
    'an address far from it': {
      because: 'a tenant-level link somewhere says nothing about this address',
      workspace: '10.8.0.9',
      tenant: '10.9.0.9',
      reason: 'DnsAnswersOtherPrivate',
    },
    'a server that leads everything to one address': {
      because: 'a captive portal is no private link',
      workspace: '10.9.0.9',
      tenant: '10.9.0.9',
      global: '10.9.0.9',
      nobody: '10.9.0.9',
      reason: 'DnsAnswersOtherPrivate',
    },
    'public answers to the evidence': {
      because: 'the link is not there',
      workspace: '10.9.0.9',
      global: '20.1.1.1',
      reason: 'DnsAnswersOtherPrivate',
    },
    'a public answer to the question': {
      because: 'the worst is told, whatever else there is',
      workspace: '20.1.1.1',
      tenant: '10.9.0.9',
      reason: 'DnsAnswersPublic',
    },
  };

  test.each(Object.entries(cases))('%s', async (_, { workspace, tenant, global, nobody, reason, says = '' }) => {
    const found = (address: string | undefined) => (address === undefined ? nothing : to(address));
    const told = await said((name) => {
      if (isWorkspace(name)) return to(workspace);
      if (name === TENANT_API) return found(tenant);
      return found(name === GLOBAL ? global : nobody);
    });
    expect([told.reason, told.inbound]).toEqual([reason, 'Allow']);
    expect(told.message).toContain(says);
    expect(told.message).toContain("at the operator's own resolver (10.0.0.10)");
  });
});

describe('one answer', () => {
  const cases: Record<string, { answer: (name: string, world: World) => DnsAnswer; reason: string; says: RegExp }> = {
    'no such name, behind an alias into a private zone': {
      answer: (name) => ({ kind: 'nxdomain', alias: name.replace('.fabric.', '.privatelink.fabric.') }),
      reason: 'DnsNameHidden',
      says: /leads to \S+\.privatelink\.fabric\.microsoft\.com, which does not exist/,
    },
    'no address behind that alias': {
      answer: (name) => ({ kind: 'nodata', alias: name.replace('.fabric.', '.privatelink.fabric.') }),
      reason: 'DnsNameHidden',
      says: /which has no address/,
    },
    'an alias to somewhere else, and nothing there': {
      answer: () => ({ kind: 'nxdomain', alias: 'gone.trafficmanager.net' }),
      reason: 'DnsNameUnknown',
      says: /does not exist/,
    },
    'an empty list': { answer: () => to(), reason: 'DnsNameUnknown', says: /has no address/ },
    'the addresses of this endpoint under each other’s names': {
      answer: (_, world) => to(addressesOf(world, endpointId('pe-hub'))[4]!.address),
      reason: 'DnsAnswersOtherPrivate',
      says: /answers \S+ \(this endpoint's workspace-blob\), the endpoint has .*4 of the five names/,
    },
    'right and public': {
      answer: (name, world) => to('20.1.1.1', own(world, name)),
      reason: 'DnsAnswersMixed',
      says: /\(this endpoint's workspace-api\) and 20\.1\.1\.1/,
    },
    'very many addresses': {
      answer: () => to(...Array.from({ length: 900 }, (_, index) => `20.1.${index >> 8}.${index & 255}`)),
      reason: 'DnsAnswersPublic',
      says: /and 896 more, the endpoint has/,
    },
    'no answer': { answer: () => ({ kind: 'timeout' }), reason: 'DnsTimeout', says: /no answer about/ },
    'an error': { answer: () => ({ kind: 'failed', code: 'BADRESP' }), reason: 'DnsServerFails', says: /with BADRESP/ },
    'the endpoint': {
      answer: (name, world) => to(own(world, name)),
      reason: 'DnsProven',
      says: /lead to the endpoints/,
    },
  };

  test.each(Object.entries(cases))('%s', async (_, { answer, reason, says }) => {
    const told = await said((name, world) => (isWorkspace(name) ? answer(name, world) : nothing));
    expect([told.reason, told.inbound]).toEqual([reason, reason === 'DnsProven' ? 'Deny' : 'Allow']);
    expect(told.message).toMatch(says);
    expect(told.message.length).toBeLessThan(2_000);
  });

  test('that is wrong for one name of five is wrong', async () => {
    const told = await said((name, world) => (name.includes('.onelake.') ? to('20.1.1.1') : to(own(world, name))));
    expect([told.reason, told.inbound]).toEqual(['DnsAnswersPublic', 'Allow']);
    expect(told.message).toMatch(/\S+\.onelake\.fabric\.microsoft\.com answers 20\.1\.1\.1/);
    expect(told.message).not.toContain('of the five names');
  });

  test('in another order is the same text', async () => {
    const [one, other] = await Promise.all([
      said(() => to('20.1.1.1', '20.2.2.2')),
      said(() => to('20.2.2.2', '20.1.1.1')),
    ]);
    expect(one.message).toBe(other.message);
  });
});

test('of several name servers all must agree, and those that do not are named, the worst first', async () => {
  const told = await said(
    (name, world, server) => {
      if (server === '10.0.1.4') return to(own(world, name));
      return server === '10.0.2.4' ? { kind: 'timeout' } : to('20.1.1.1');
    },
    ['10.0.1.4', '10.0.2.4', '10.0.3.4'],
  );
  expect([told.reason, told.inbound]).toEqual(['DnsAnswersPublic', 'Allow']);
  expect(told.message).toMatch(
    /at name server 10\.0\.3\.4 .* answers 20\.1\.1\.1.*; at name server 10\.0\.2\.4 no answer about .*; name server 10\.0\.1\.4 answers with the endpoint/,
  );
});

test('nobody is asked before there is something to answer, so that no resolver remembers its absence', async () => {
  const world = aWorld();
  const early: string[] = [];
  world.answers = (name) => {
    const linked = [...world.links.values()].flat().some(({ state }) => state === 'Completed');
    const written = [...world.records.values()].flat().length === 5;
    if (!linked || !written) early.push(name);
    return isWorkspace(name) ? to(own(world, name)) : nothing;
  };
  const dns = { ...resolving().dns!, mode: 'Records' as const };
  const living = live(world, aWorkspacePrivateLink({ endpoints: [anEndpoint('hub', { dns })] }));
  await living.settle();
  expect(living.rest('proof/hub')).toBe('Verified.Proven');
  expect(early).toEqual([]);
});
