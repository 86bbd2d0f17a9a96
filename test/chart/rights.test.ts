// The chart's roles and the calls that the operator makes, both ways: nothing missing, nothing beyond.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { LEASES, SECRETS } from '../../operator/clients/kube/resources.ts';
import { deleteOutOfBand } from '../../simulator/arm/out-of-band.ts';
import { addItem } from '../../simulator/fabric/build.ts';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import { skipped } from '../api/skipped.ts';
import { type Call, loggedCalls } from '../e2e/calls.ts';
import type { Stage } from '../support/stage.ts';
import { HOUR_MS, isTrue, playUntilReady } from '../support/stage-link.ts';
import { managedManifest } from '../support/stage-managed.ts';
import {
  ANA,
  deleteMappingObject,
  FABRIKAM,
  mappingManifest,
  mappingWorld,
  playUntilMappingGone,
  playUntilMappingReady,
  startMappingStage,
} from '../support/stage-mapping.ts';
import { RIGHTS, rightText } from '../support/stage-rights.ts';
import { FINANCE, salesLink, TENANT, NAMESPACE as WATCHED } from '../support/stage-world.ts';
import { missing, NAMESPACE, type Rendered, render, tool, type Values } from './chart.ts';
import { allows, grantsOf, grantText } from './grants.ts';

const helm = await tool('helm');
const KINDS = ['workspaceprivatelinks', 'managedprivateendpoints', 'crosstenantmappings'];
const WAREHOUSE = '3a4e0000-0000-4000-8000-000000000001';
const SHARDS = '0123456789abcdef'.split('').map((shard) => `fabriclink-ledger-${shard}`);

/** A life with everything in it that makes the operator call the API server; resolves to those calls. */
async function play(env: Record<string, string>, publishTo: object): Promise<Call[]> {
  const world = mappingWorld();
  consent(world, FABRIKAM, TENANT);
  addItem(world, FINANCE, { type: 'Warehouse', id: WAREHOUSE });
  const own = { POD_NAMESPACE: NAMESPACE, FABRICLINK_CLUSTER_ID: '', FABRICLINK_LEADER_ELECTION: 'true' };
  const stage = await startMappingStage({}, { world, env: { ...own, ...env } });
  try {
    await stage.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    await rise(stage, publishTo);
    await stage.killOperator();
    // It would run out by itself, in real time.
    const released = { type: 'merge', body: { spec: { holderIdentity: null } } } as const;
    await stage.kube.patch(LEASES, NAMESPACE, 'fabric-link-operator', released);
    await stage.startOperator();
    await heal(stage);
    await fall(stage);
    return loggedCalls(stage.kubernetes.requests());
  } finally {
    await stage.close();
  }
}

/** All kinds; the first answer about each is lost on the way, so that it is read anew. */
async function rise(stage: Stage, publishTo: object): Promise<void> {
  for (const kind of KINDS) {
    const isWrite = ({ method, path }: { method: string; path: string }) => method === 'PATCH' && path.includes(kind);
    stage.kubernetes.faults.failNext((request) => request.userAgent !== 'person' && isWrite(request), {
      kind: 'loseReply',
    });
  }
  await stage.startOperator();
  const connectionStrings = [{ name: 'finance', workspaceId: FINANCE, warehouseId: WAREHOUSE }];
  await stage.apply(mappingManifest(ANA, { connectionStrings, publishTo }));
  await stage.apply(managedManifest());
  await stage.apply(salesLink(stage.nameserverOf, { publishTo: { configMapName: 'outputs' } }));
  await playUntilMappingReady(stage);
  await playUntilReady(stage);
}

/** After a restart the same happens again, which is told in the Event that there is. */
async function heal(stage: Stage): Promise<void> {
  const endpointId = stage.link()!.status!.endpoints![0]!.resourceId!;
  expect(deleteOutOfBand(stage.simulator.cloud, endpointId)).toBe(true);
  await stage.run(() => !isTrue(stage.link(), 'EndpointsReady'), { withinMs: 3 * HOUR_MS, what: 'it is missed' });
  await playUntilReady(stage);
  await stage.apply(salesLink(stage.nameserverOf));
  await stage.settle();
}

/** Entries in new and in present ConfigMaps of the ledger. */
async function fall(stage: Stage): Promise<void> {
  await deleteMappingObject(stage);
  await playUntilMappingGone(stage);
  for (const name of SHARDS) {
    await stage.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data: {} });
  }
  await stage.kube.patch(SECRETS, WATCHED, 'fabriclink-credentials', {
    type: 'merge',
    body: { metadata: { finalizers: [] } },
  });
  await stage.kube.delete(SECRETS, WATCHED, 'fabriclink-credentials');
  await stage.deleteLink();
  await stage.kube.patch(workspacePrivateLinks, WATCHED, 'sales', {
    type: 'merge',
    body: { metadata: { annotations: { 'fabriclink.dev/abandon': 'yes' } } },
  });
  await stage.run(() => stage.link() === undefined, { withinMs: HOUR_MS, what: 'it is given up' });
}

const forms: Record<string, { env: Record<string, string>; publishTo: object; values: Values }> = {
  'all namespaces watched': { env: {}, publishTo: { configMapName: 'strings' }, values: {} },
  'one namespace watched, Secrets held and written': {
    env: { FABRICLINK_WATCH_NAMESPACES: WATCHED, FABRICLINK_SECRET_FINALIZER: 'true' },
    publishTo: { secretName: 'strings' },
    values: { watchNamespaces: [WATCHED], secretFinalizer: true, rbac: { publish: { secrets: true } } },
  },
};

if (helm === undefined) skipped(missing('helm'));
else suite(helm);

function suite(helm: string): void {
  describe.each(Object.entries(forms))('with %s', (_name, { env, publishTo, values }) => {
    let calls: Call[];
    let objects: Rendered[];
    beforeAll(async () => {
      objects = await render(helm, values);
      calls = await play(env, publishTo);
    }, 120_000);

    test('every call is allowed', () => {
      const grants = grantsOf(objects);
      const refused = calls.filter((call) => !grants.some((grant) => allows(grant, call)));
      expect(new Set(refused.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`))).toEqual(new Set());
      expect(calls.length).toBeGreaterThan(100);
    });

    test('nothing is allowed that is not called', () => {
      const idle = grantsOf(objects).filter((grant) => !calls.some((call) => allows(grant, call)));
      expect(new Set(idle.map(grantText))).toEqual(new Set());
    });
  });

  test('what every scenario is held to is what the chart allows with all switched on', async () => {
    const values = { secretFinalizer: true, rbac: { publish: { secrets: true } } };
    expect(new Set(grantsOf(await render(helm, values)).map(rightText))).toEqual(RIGHTS);
  });
}
