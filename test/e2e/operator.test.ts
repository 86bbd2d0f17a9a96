// The operator as a process with its ServiceAccount's token and the chart's roles, and a person who deploys with Argo CD.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { collection } from '../api/api-client.ts';
import { allows } from '../chart/grants.ts';
import { type Client, createClient, type Json, metaOf } from '../kubernetes/client.ts';
import type { Process } from '../support/stage-process.ts';
import { viewOf } from '../support/stage-view.ts';
import { worded } from './calls.ts';
import { customObjects, DEMO_NAMESPACE, demoObjects, demoWorld, untilAtRest } from './demo-objects.ts';
import { onEachServer } from './each-server.ts';
import { CUSTOM, eventually, type House, NO_ROLES, OPERATOR_NAMESPACE, openHouse } from './house.ts';

const SPEED = 240;
const AT_REST_WITHIN_MS = 90_000;
/** Twenty published minutes. */
const QUIET_MS = 5_000;
const SETTLED_MS = 2_000;
const GONE_WITHIN_MS = 60_000;
const ARGO = 'argocd-controller';
const READS = ['get', 'list', 'watch'];

onEachServer(
  'operator',
  (given) => {
    let house: House;
    let client: Client;
    let manifests: KubeObject[];
    let operator: Process;
    let objects: KubeObject[];
    const custom = () => manifests.filter(({ kind }) => CUSTOM.some((type) => type.kind === kind));
    const pathOf = ({ kind, metadata }: KubeObject) => `${collection(kind, DEMO_NAMESPACE)}/${metadata.name}`;

    beforeAll(async () => {
      client = createClient(given.server, 'argocd');
      // The demo publishes connection strings in a Secret, which a release has to allow.
      const values = { rbac: { publish: { secrets: true } } };
      house = await openHouse(given.server, { world: await demoWorld(), speed: SPEED, values });
      manifests = await demoObjects(house.simulator);
      for (const manifest of manifests) await house.apply(manifest, ARGO);
      operator = await house.startOperator('operator-0');
      objects = await untilAtRest(house, AT_REST_WITHIN_MS);
    }, 150_000);
    afterAll(async () => {
      await client.close();
      await house.close();
    });

    test('brings the demo objects to where their labels say, against the simulated clouds', () => {
      const expected = (label: string) =>
        custom().filter(({ metadata }) => metadata.labels?.['fabriclink.dev/expect'] === label);
      expect(objects).toHaveLength(custom().length);
      expect(expected('Ready').length).toBeGreaterThan(4);
      const wished = expected('Ready').filter(({ spec }) => (spec as Json)['inbound'] !== undefined);
      const policies = Object.values(viewOf(house.simulator.world).policies);
      expect(policies.filter(({ inbound }) => inbound === 'Deny')).toHaveLength(wished.length);
      expect(operator.exitCode()).toBeUndefined();
    });

    test('writes nothing while nothing changes, neither to the cluster nor to a cloud', async () => {
      const writes = async () => {
        const calls = await house.calls();
        const own = calls.filter(({ verb, resource }) => !READS.includes(verb) && resource !== 'leases');
        // A gateway's state can only be had by POST.
        const clouds = house.simulator.requests.writes().filter(({ path }) => !path.endsWith('/checkStatus'));
        return [...own.map(worded), ...clouds.map(({ method, path }) => `${method} ${path}`)];
      };
      // Events are told a little later.
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      const before = await writes();
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      expect((await writes()).slice(before.length)).toEqual([]);
    });

    test.each(['Ready', 'AwaitingPerson'])(
      'shows no drift to server-side apply by another manager (%s)',
      async (label) => {
        const applied = custom().filter(({ metadata }) => metadata.labels?.['fabriclink.dev/expect'] === label);
        for (const manifest of applied) {
          const path = pathOf(manifest);
          const live = await client.get(path);
          // As Argo CD looks for differences: nothing is forced, so that a field of somebody else would be a conflict.
          const predicted = await client.apply(path, ARGO, manifest, '&dryRun=All');
          expect(predicted.status).toBe(200);
          expect(withoutManagers(predicted.body)).toEqual(withoutManagers(live.body));
          const again = await client.apply(path, ARGO, manifest);
          expect(metaOf(again)['resourceVersion']).toBe(metaOf(live)['resourceVersion']);
          expect(ownedBy(live.body, 'fabric-link-operator')).toEqual(
            expect.not.arrayContaining(['f:spec', 'f:labels']),
          );
          expect(ownedBy(live.body, 'fabric-link-operator')).toContain('f:status');
        }
        expect(applied.length).toBeGreaterThan(1);
      },
    );

    test('gives up a namespace that went with its Secrets first, once a person says so, and leaves the clouds alone', async () => {
      const clouds = viewOf(house.simulator.world);
      for (const { metadata } of manifests.filter(({ kind }) => kind === 'Secret')) {
        await house.kube.delete(SECRETS, DEMO_NAMESPACE, metadata.name);
      }
      const held = () => customObjects(house, DEMO_NAMESPACE);
      const links = async () => (await held()).filter(({ kind }) => kind === workspacePrivateLinks.kind);
      const allSay = async (words: RegExp) => {
        const seen = await links();
        return seen.length >= 4 && seen.every(({ status }) => words.test(JSON.stringify(status)));
      };
      await eventually(() => allSay(/CredentialMissing/), 'the operator misses the Secrets', GONE_WITHIN_MS);
      await house.kube.delete(NAMESPACES, '', DEMO_NAMESPACE);
      await eventually(() => allSay(/fabriclink\.dev\/abandon/), 'they say how to give them up', GONE_WITHIN_MS);
      for (const { kind, metadata } of await held()) {
        const type = CUSTOM.find((each) => each.kind === kind) ?? workspacePrivateLinks;
        const annotations = { 'fabriclink.dev/abandon': 'yes' };
        await house.kube.patch(type, DEMO_NAMESPACE, metadata.name, {
          type: 'merge',
          body: { metadata: { annotations } },
        });
      }
      const isGone = async () => (await house.kube.get(NAMESPACES, '', DEMO_NAMESPACE)) === undefined;
      await eventually(isGone, 'the namespace is gone', GONE_WITHIN_MS);
      expect(viewOf(house.simulator.world)).toEqual(clouds);
      expect(operator.exitCode()).toBeUndefined();
    }, 150_000);

    test('asks for nothing but what the chart’s roles give, and is refused nothing', async () => {
      const calls = await house.calls();
      expect(calls.length).toBeGreaterThan(100);
      const uncovered = calls.filter((call) => !house.grants.some((grant) => allows(grant, call)));
      expect(distinct(uncovered.map(worded))).toEqual([]);
      expect(distinct(calls.filter(({ code }) => code === 401).map(worded))).toEqual([]);
      // In a namespace that goes nothing can be created: 403 there is no matter of rights.
      const refused = calls.filter(({ code, namespace }) => code === 403 && namespace !== DEMO_NAMESPACE);
      expect(distinct(refused.map(worded))).toEqual([]);
    });

    test('may do nothing else: roles decide', async () => {
      expect(await asOperator('/api/v1/namespaces')).toBe(given.server.enforcesRoles ? 403 : 200);
    });

    async function asOperator(path: string): Promise<number> {
      const file = await given.server.podAccess(OPERATOR_NAMESPACE, house.serviceAccount);
      const { users } = parse(await readFile(file, 'utf8')) as { users: { user: { token: string } }[] };
      const pod = createClient({ ...given.server, token: users[0]!.user.token });
      const { status } = await pod.get(path);
      await pod.close();
      return status;
    }
  },
  NO_ROLES,
);

const distinct = (words: readonly string[]): string[] => [...new Set(words)].toSorted();

function withoutManagers(body: Json): Json {
  const { managedFields: _managedFields, ...metadata } = body['metadata'] as Json;
  return { ...body, metadata };
}

/** Fields at the top, and of the metadata, that this manager owns. */
function ownedBy(body: Json, name: string): string[] {
  const entries = (body['metadata'] as Json)['managedFields'] as { manager: string; fieldsV1: Record<string, Json> }[];
  return entries
    .filter(({ manager }) => manager === name)
    .flatMap(({ fieldsV1 }) => [...Object.keys(fieldsV1), ...Object.keys(fieldsV1['f:metadata'] ?? {})]);
}
