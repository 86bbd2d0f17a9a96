import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { workspaceIn } from '../../simulator/fabric/build.ts';
import { putTenantLink } from '../../simulator/fabric/out-of-band.ts';
import { type Stage, type StageSnapshot, startStage } from '../support/stage.ts';
import { crashEverywhere, recordMoments } from '../support/stage-crash.ts';
import { addForeignZone, type BareNameServer, startBareNameServer } from '../support/stage-dns.ts';
import { cloudWrites, isStalled, readout, setTheStage, writeLines } from '../support/stage-faults.ts';
import { conditionOf, HOUR_MS, isTrue, MINUTE_MS, playUntilReady, said } from '../support/stage-link.ts';
import { endpointIdIn } from '../support/stage-view.ts';
import {
  endpointIn,
  HUB,
  NAMESPACE,
  type NameServerAddress,
  SALES,
  SPOKE,
  salesLink,
  TENANT,
} from '../support/stage-world.ts';

/**
 * What names answer where people are (cloud-apis 10.2), told apart with the remedy. One endpoint in the hub; public
 * access is denied as soon as names lead to it, and not before.
 */

let stage: Stage;
/** The endpoint is up, its zone linked to the hub alone, and no name server is asked yet. */
let unasked: StageSnapshot;
let denied: StageSnapshot;
let bare: BareNameServer;
beforeAll(async () => {
  stage = await startStage();
  bare = await startBareNameServer();
  await stage.startOperator();
  await apply({ nameservers: [stage.nameserverOf(HUB)], inbound: undefined });
  await playUntilReady(stage);
  unasked = stage.snapshot();
  await apply({ nameservers: [stage.nameserverOf(HUB)] });
  await playUntilReady(stage);
  denied = stage.snapshot();
});
afterAll(async () => {
  await bare.close();
  await stage.close();
});

type Wanted = {
  nameservers?: readonly NameServerAddress[];
  /** The networks that the zone of the endpoint is linked to. */
  networks?: readonly string[];
  inbound?: object | undefined;
  others?: readonly object[];
};

function apply({ nameservers, networks = [HUB], others = [], ...rest }: Wanted): Promise<void> {
  const hub = endpointIn('hub', 'ZoneGroup', stage.nameserverOf);
  const dns = {
    ...hub.dns,
    virtualNetworkLinks: networks.map((virtualNetworkId) => ({ virtualNetworkId })),
    verify: { mode: 'Resolve', timeoutSeconds: 1, ...(nameservers && { nameservers }) },
  };
  return stage.apply(
    salesLink(stage.nameserverOf, { endpoints: [{ ...hub, dns }, ...others], outbound: undefined, ...rest }),
  );
}

const inbound = () => workspaceIn(stage.simulator.world, SALES).policy.inbound.configured;
const spokeServer = () => stage.nameserverOf(SPOKE);
const linkTheSpoke = () => apply({ nameservers: [spokeServer()], networks: [HUB, SPOKE] });
const recordsOf = (addresses: (own: string) => string[]) =>
  Object.fromEntries(
    stage.simulator.world.arm.privateEndpoints[endpointIdIn(stage.simulator.world, 'rg-network-hub')]!.members.flatMap(
      ({ fqdns, address }) => fqdns.map((fqdn) => [fqdn.replace('.fabric.microsoft.com', ''), addresses(address)]),
    ),
  );

type Case = {
  /** What is the case, from before the question is asked. */
  given?: () => void | Promise<void>;
  wanted?: () => Wanted;
  reason: string;
  /** In the message: what was found. */
  says: readonly RegExp[];
  /** In nextStep: who must do what. */
  next: RegExp;
  heal: () => void | Promise<void>;
};

const LINK_THE_ZONE = /link the zone of this endpoint to the network that the name server serves/;

const cases: Record<string, Case> = {
  'no private link where the question is asked': {
    reason: 'DnsAnswersPublic',
    says: [
      /at name server 127\.0\.0\.1:\d+ 5a1e\w+\.z5a\.w\.api\.fabric\.microsoft\.com answers 127\.0\.0\.1, the endpoint has 127\.65\.1\.\d+/,
      /5 of the five names are like that/,
    ],
    next: LINK_THE_ZONE,
    heal: linkTheSpoke,
  },
  'a tenant-level private link alone': {
    given: () => putTenantLink(stage.simulator.cloud, TENANT, SPOKE, '127.65.2.9'),
    reason: 'DnsAnswersTenantLevel',
    says: [
      /answers 127\.65\.2\.9, the endpoint has/,
      /10000000000040008000000000000001-api\.privatelink\.analysis\.windows\.net has that address there, too/,
    ],
    next: /that of the workspace wins/,
    // The tenant-level link stays: in one network the workspace's own wins.
    heal: linkTheSpoke,
  },
  'another workspace’s zone that does not fall back to the internet': {
    given: () => void addForeignZone(stage, SPOKE),
    reason: 'DnsNameHidden',
    says: [/leads to 5a1e\w+\.z5a\.w\.api\.privatelink\.fabric\.microsoft\.com, which does not exist/],
    next: /dns\.zoneId .*fallbackToInternet.*--resolution-policy NxDomainRedirect/,
    heal: async () => {
      delete stage.simulator.world.arm.dnsZones[foreignZoneId()];
      await linkTheSpoke();
    },
  },
  'another workspace’s zone that falls back to the internet': {
    given: () => addForeignZone(stage, SPOKE).fallBack(),
    reason: 'DnsAnswersPublic',
    says: [/answers 127\.0\.0\.1, the endpoint has/],
    next: LINK_THE_ZONE,
    heal: async () => {
      delete stage.simulator.world.arm.dnsZones[foreignZoneId()];
      await linkTheSpoke();
    },
  },
  'records of an endpoint that is gone': {
    given: () => void addForeignZone(stage, SPOKE, { records: recordsOf(() => ['127.65.77.7']) }),
    reason: 'DnsAnswersOtherPrivate',
    says: [/answers 127\.65\.77\.7, the endpoint has/],
    next: /find the zone that holds these addresses and remove its records/,
    heal: () => void addForeignZone(stage, SPOKE, { records: recordsOf((own) => [own]) }),
  },
  'the endpoint’s addresses and another one in one answer': {
    given: () => void addForeignZone(stage, SPOKE, { records: recordsOf((own) => [own, '127.65.77.7']) }),
    reason: 'DnsAnswersMixed',
    says: [/answers 127\.65\.1\.\d+ \(this endpoint's workspace-api\) and 127\.65\.77\.7, the endpoint has 127\.65\.1/],
    next: /take the addresses that are not the endpoint's out/,
    heal: () => void addForeignZone(stage, SPOKE, { records: recordsOf((own) => [own]) }),
  },
  'another endpoint of the same object': {
    // Proven by its records alone, which is less than inbound.requires asks for.
    wanted: () => ({ nameservers: [spokeServer()], others: [spokeByRecords()] }),
    reason: 'DnsAnswersOtherEndpoint',
    says: [/answers 127\.65\.2\.\d+ \(endpoint spoke\), the endpoint has 127\.65\.1/],
    next: /name one that serves this endpoint's network in dns\.verify\.nameservers/,
    heal: () => apply({ nameservers: [stage.nameserverOf(HUB)], others: [spokeByRecords()] }),
  },
  'a name server without the internet': {
    wanted: () => ({ nameservers: [{ address: bare.address, port: bare.port }] }),
    reason: 'DnsNameUnknown',
    says: [/at name server 127\.0\.0\.1:\d+ 5a1e\S+ does not exist/],
    next: /let the name server resolve public names/,
    heal: linkTheSpoke,
  },
  'a name server that refuses': {
    given: () => stage.simulator.dns.fail(SPOKE, 'REFUSED'),
    reason: 'DnsServerFails',
    says: [/was answered with REFUSED/],
    next: /accepts questions from the operator \(REFUSED\)/,
    heal: async () => {
      stage.simulator.dns.fail(SPOKE, undefined);
      await linkTheSpoke();
    },
  },
  'a name server that fails': {
    given: () => stage.simulator.dns.fail(SPOKE, 'SERVFAIL'),
    reason: 'DnsServerFails',
    says: [/was answered with SERVFAIL/],
    next: /reaches those that it forwards to \(SERVFAIL\)/,
    heal: async () => {
      stage.simulator.dns.fail(SPOKE, undefined);
      await linkTheSpoke();
    },
  },
  'a place where no name server is': {
    wanted: () => ({ nameservers: [{ address: '127.65.2.254', port: 5399 }] }),
    reason: 'DnsTimeout',
    says: [/at name server 127\.65\.2\.254:5399 nobody listens for the question about 5a1e/],
    next: /over UDP and TCP, or choose verify\.mode ControlPlane/,
    heal: linkTheSpoke,
  },
  'two name servers of which one knows better': {
    wanted: () => ({ nameservers: [stage.nameserverOf(HUB), spokeServer()] }),
    reason: 'DnsAnswersPublic',
    says: [
      /at name server 127\.0\.0\.1:\d+ 5a1e\S+ answers 127\.0\.0\.1, .*name server 127\.0\.0\.1:\d+ answers with the endpoint/,
    ],
    next: LINK_THE_ZONE,
    heal: () => apply({ nameservers: [stage.nameserverOf(HUB), spokeServer()], networks: [HUB, SPOKE] }),
  },
  'the operator’s own resolver, which is somewhere else': {
    wanted: () => ({}),
    reason: 'DnsAnswersPublic',
    says: [/at the operator's own resolver \(127\.0\.0\.1:\d+\) 5a1e/],
    next: LINK_THE_ZONE,
    heal: () => apply({ nameservers: [stage.nameserverOf(HUB)] }),
  },
};

const foreignZoneId = () =>
  Object.keys(stage.simulator.world.arm.dnsZones).find((id) => id.includes('/rg-dns/')) ?? 'none';
const spokeByRecords = () => {
  const spoke = endpointIn('spoke', 'Records', stage.nameserverOf);
  return { ...spoke, dns: { ...spoke.dns, verify: { mode: 'ControlPlane' } } };
};

describe('names that do not lead to the endpoint', () => {
  beforeEach(async () => {
    await setTheStage(stage, unasked);
    for (const network of [HUB, SPOKE]) stage.simulator.dns.fail(network, undefined);
  });

  test.each(Object.entries(cases))('%s', async (_, { given, wanted, reason, says, next, heal }) => {
    await given?.();
    await stage.startOperator();
    await apply(wanted?.() ?? { nameservers: [spokeServer()] });
    await stage.pass(40 * MINUTE_MS);

    expect(said(stage, 'DNSVerified')).toBe(`False ${reason}`);
    const { message = '' } = conditionOf(stage.link(), 'DNSVerified') ?? {};
    for (const words of says) expect(message).toMatch(words);
    const told = readout(stage.link());
    expect(told.reason).toBe(reason);
    expect(told.nextStep).toMatch(next);
    // A cache may still be in the way: nothing has failed for good.
    expect(isStalled(stage.link())).toBe(false);
    expect([said(stage, 'DNSReady'), said(stage, 'AccessApplied')]).toEqual([
      'True DNSReady',
      'False NoProvenEndpoint',
    ]);
    expect(inbound()).toBe('Allow');

    // The same finding is the same text.
    stage.forget();
    await stage.pass(HOUR_MS);
    expect(conditionOf(stage.link(), 'DNSVerified')?.message).toBe(message);
    expect(writeLines(stage.calls)).toEqual([]);

    await heal();
    await stage.run(() => isTrue(stage.link(), 'DNSVerified') && inbound() === 'Deny', {
      // Records that people write live for an hour.
      withinMs: 2 * HOUR_MS,
      what: 'names lead to the endpoint, and public access is denied',
    });
  });

  test('a name server that says nothing', async () => {
    stage.simulator.dns.silence(SPOKE, true);
    await stage.startOperator();
    await apply({ nameservers: [spokeServer()] });
    await stage.run(() => said(stage, 'DNSVerified') === 'False DnsTimeout', { withinMs: HOUR_MS, what: 'silence' });
    expect(conditionOf(stage.link(), 'DNSVerified')?.message).toMatch(/no answer about 5a1e/);
    expect([isStalled(stage.link()), inbound()]).toEqual([false, 'Allow']);
    stage.simulator.dns.silence(SPOKE, false);
    await linkTheSpoke();
    await stage.run(() => inbound() === 'Deny', { withinMs: HOUR_MS, what: 'it answers again' });
  });

  test('what a resolver still remembers is waited for, and ends by itself within minutes', async () => {
    await stage.startOperator();
    // Somebody asked just before the zone was linked.
    const resolver = new Resolver();
    resolver.setServers([`${spokeServer().address}:${spokeServer().port}`]);
    for (const { host } of salesHosts()) expect(await resolver.resolve4(host)).toEqual(['127.0.0.1']);
    const linkedAtMs = stage.clock.now();
    const stalled: string[] = [];
    await linkTheSpoke();
    await stage.run(
      () => {
        if (isStalled(stage.link())) stalled.push(readout(stage.link()).reason);
        return inbound() === 'Deny';
      },
      { withinMs: 5 * MINUTE_MS, what: 'the caches have forgotten' },
    );
    expect(stalled).toEqual([]);
    expect(stage.clock.now() - linkedAtMs).toBeLessThan(5 * MINUTE_MS);
  });

  test('a status that claims to know better is worth nothing', async () => {
    await stage.startOperator();
    await apply({ nameservers: [spokeServer()] });
    await stage.pass(10 * MINUTE_MS);
    for (let hour = 0; hour < 3; hour += 1) {
      const verified = { type: 'DNSVerified', status: 'True', reason: 'DnsProven', message: 'not so' };
      const conditions = [{ ...verified, observedGeneration: 99, lastTransitionTime: '2020-01-01T00:00:00Z' }];
      const body = { status: hour === 1 ? null : { phase: 'Ready', conditions } };
      const as = { type: 'merge', body, subresource: 'status', fieldManager: 'somebody' } as const;
      await stage.kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', as);
      await stage.pass(HOUR_MS);
      expect([inbound(), said(stage, 'DNSVerified')]).toEqual(['Allow', 'False DnsAnswersPublic']);
    }
  });

  test('a crash at every write between the first wrong answer and the denial ends in the same place', async () => {
    const play = async () => {
      await stage.run(() => said(stage, 'DNSVerified') === 'False DnsAnswersPublic', {
        withinMs: HOUR_MS,
        what: 'public',
      });
      expect(inbound()).toBe('Allow');
    };
    const end = () => stage.run(() => inbound() === 'Deny', { withinMs: HOUR_MS, what: 'denied' });
    await stage.startOperator();
    await apply({ nameservers: [spokeServer()] });
    await play();
    await linkTheSpoke();
    const recording = await recordMoments(stage, end);
    const judge = async () => {
      await end();
      expect(isTrue(stage.link(), 'DNSVerified')).toBe(true);
    };
    const { crashes, failures } = await crashEverywhere(stage, recording, judge, ({ method }) => method !== 'GET');
    expect(failures).toEqual([]);
    expect(crashes).toBeGreaterThan(8);
  });
});

describe('names that no longer lead to the endpoint of a locked workspace', () => {
  beforeEach(async () => {
    await setTheStage(stage, denied);
    await stage.startOperator();
    await stage.pass(MINUTE_MS);
    stage.forget();
  });

  test('are told, open nothing, and heal', async () => {
    stage.simulator.dns.fail(HUB, 'SERVFAIL');
    await stage.pass(4 * HOUR_MS);
    expect(said(stage, 'DNSVerified')).toBe('False DnsServerFails');
    expect([inbound(), cloudWrites(stage.calls)]).toEqual(['Deny', []]);
    stage.simulator.dns.fail(HUB, undefined);
    await playUntilReady(stage);
    expect([inbound(), cloudWrites(stage.calls)]).toEqual(['Deny', []]);
  });
});

const salesHosts = () => Object.keys(recordsOf(() => [])).map((record) => ({ host: `${record}.fabric.microsoft.com` }));
