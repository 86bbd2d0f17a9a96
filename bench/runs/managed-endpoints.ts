// A fleet of managed private endpoints from nothing to Ready, and then at rest: the operator in this process, simulated
// clouds and cluster over HTTP, and one virtual clock, so that quotas and published delays count and this machine does not.
import type { Stage } from '../../test/support/stage.ts';
import { isCloud, isCloudRead, isCloudWrite, isStatusWrite } from '../../test/support/stage-calls.ts';
import {
  callsPerOperation,
  leastCalls,
  type ManagedFleet,
  readyCount,
  stageManagedFleet,
} from '../../test/support/stage-managed-fleet.ts';
import { fabricSeconds } from '../report/bounds.ts';
import type { Figure } from '../report/table.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Timers of thousands of objects are all different; half a second is far below every delay that counts here. */
const STEP_MS = 500;
/** The request arrives after 2 minutes, settles for 10 by our own rule, and Fabric shows the approval after 15. */
const DELAY_MINUTES = 2 + 10 + 15;

export type ManagedOptions = { fleet: ManagedFleet; hours: number };

export async function managedEndpoints({ fleet, hours }: ManagedOptions): Promise<Figure[]> {
  const stage = await stageManagedFleet(fleet, STEP_MS);
  try {
    const up = await untilReady(stage, fleet);
    // The first hour is not yet at rest: all were looked at more often a moment ago.
    await stage.pass(HOUR_MS);
    stage.forget();
    await stage.pass(hours * HOUR_MS);
    return [...up, ...atRest(stage, fleet, hours)];
  } finally {
    await stage.close();
  }
}

async function untilReady(stage: Stage, fleet: ManagedFleet): Promise<Figure[]> {
  const objects = fleet.workspaces * fleet.endpoints;
  const startedAtMs = stage.clock.now();
  const minutes = () => (stage.clock.now() - startedAtMs) / MINUTE_MS;
  let halfAt: number | undefined;
  await stage.startOperator();
  const allReady = () => {
    const ready = readyCount(stage);
    if (ready * 2 >= objects) halfAt ??= minutes();
    return ready === objects;
  };
  await stage.run(allReady, { withinMs: 12 * HOUR_MS, what: 'the whole fleet is Ready' });
  const took = minutes();
  const least = leastCalls(fleet);
  const made = callsPerOperation(stage.calls);
  const creations = stage.calls.filter(({ operation }) => operation === 'managedPrivateEndpoints.create');
  const ofFabric = least.fabric.create + least.fabric.list + least.fabric.policy;
  const ofArm = least.arm.decide + least.arm.service + least.arm.connections;
  const all = stage.calls.filter(isCloud).length;
  const demanded = demandedMinutes(fleet, ofFabric + least.fresh.fabric);
  const leastOf = (count: number, beside = 0) => `at least ${count}${beside > 0 ? `, and ${beside} by our rules` : ''}`;
  return [
    {
      name: 'virtual minutes until all are Ready',
      value: took,
      unit: 'min',
      against: `delays and quotas demand ${demanded.toFixed(1)}`,
    },
    { name: '… until half of them are', value: halfAt ?? took, unit: 'min' },
    {
      name: '… until the last was asked for',
      value: ((creations.at(-1)?.atMs ?? startedAtMs) - startedAtMs) / MINUTE_MS,
      unit: 'min',
    },
    { name: '… more than is demanded', value: (took / demanded - 1) * 100, unit: '%', against: 'aim 5' },
    {
      name: 'cloud calls',
      value: all,
      unit: '',
      against: leastOf(ofFabric + ofArm, least.fresh.fabric + least.fresh.arm),
    },
    { name: '… for each object', value: all / objects, unit: '', against: ((ofFabric + ofArm) / objects).toFixed(1) },
    {
      name: 'Fabric: creations',
      value: made('fabric managedPrivateEndpoints.create'),
      unit: '',
      against: leastOf(least.fabric.create),
    },
    {
      name: 'Fabric: lists of a workspace',
      value: made('fabric managedPrivateEndpoints.list'),
      unit: '',
      against: leastOf(least.fabric.list, least.fresh.fabric),
    },
    {
      name: 'Fabric: policies of targets',
      value: made('fabric communicationPolicy.get'),
      unit: '',
      against: leastOf(least.fabric.policy),
    },
    {
      name: 'ARM: approvals',
      value: made('arm privateLinkServices.decide'),
      unit: '',
      against: leastOf(least.arm.decide),
    },
    {
      name: 'ARM: lists of connections',
      value: made('arm privateLinkServices.connections'),
      unit: '',
      against: leastOf(least.arm.connections, least.fresh.arm),
    },
    {
      name: 'ARM: services',
      value: made('arm privateLinkServices.get') + made('arm privateLinkServices.list'),
      unit: '',
      against: leastOf(least.arm.service),
    },
    {
      name: 'refused with 429',
      value: stage.calls.filter(({ status }) => status === 429).length,
      unit: '',
      against: 'aim 0',
    },
    {
      name: 'creations refused',
      value: creations.filter(({ status = 0 }) => status >= 400).length,
      unit: '',
      against: 'aim 0',
    },
  ];
}

function atRest(stage: Stage, fleet: ManagedFleet, hours: number): Figure[] {
  const objects = fleet.workspaces * fleet.endpoints;
  return [
    {
      name: 'at rest: external reads per object and hour',
      value: stage.calls.filter(isCloudRead).length / objects / hours,
      unit: '',
      against: `aim 0.1; ${fleet.endpoints} objects share a workspace`,
    },
    { name: 'at rest: external writes', value: stage.calls.filter(isCloudWrite).length, unit: '', against: 'aim 0' },
    { name: 'at rest: status writes', value: stage.calls.filter(isStatusWrite).length, unit: '', against: 'aim 0' },
  ];
}

/**
 * Delays that nobody can shorten come after the last creation. Before it: creations of one workspace one after the other,
 * five seconds apart (Fabric only says that they must not meet), or the quota of one identity, whichever takes longer.
 */
function demandedMinutes({ tenants, workspaces, endpoints }: ManagedFleet, fabricCalls: number): number {
  const inARowMinutes = ((endpoints - 1) * 5) / 60;
  const share = Math.ceil(workspaces / tenants);
  const firstCalls = share * endpoints + share + endpoints;
  const byQuota = DELAY_MINUTES + fabricSeconds(firstCalls) / 60;
  const allByQuota = fabricSeconds(Math.ceil(fabricCalls / tenants)) / 60;
  return Math.max(DELAY_MINUTES + inARowMinutes, byQuota, allByQuota);
}
