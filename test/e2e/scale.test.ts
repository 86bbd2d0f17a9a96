// Ten thousand objects, and an API server that forgets and restarts while the operator is busy with them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ManagedPrivateEndpoint, managedPrivateEndpoints } from '../../crds/managed-private-endpoint.ts';
import type { Condition, KubeObject } from '../../operator/clients/kube/types.ts';
import { collection } from '../api/api-client.ts';
import { aManagedPrivateEndpoint } from '../api/builders.ts';
import { type Client, createClient, metaOf } from '../kubernetes/client.ts';
import { freePort } from '../support/stage-process.ts';
import { stageWorld } from '../support/stage-world.ts';
import type { Call } from './calls.ts';
import { onEachServer } from './each-server.ts';
import { eventually, type House, NO_ROLES, openHouse } from './house.ts';

const OBJECTS = 10_000;
/** Others are only observed: a claim is three writes more, and ten thousand of them show the same. */
const MANAGED_EACH = 100;
const AT_ONCE = 40;
const NAMESPACE = 'crowd';
const WITHIN_MS = 270_000;
const PAGE = 500;
const POLL_MS = 300;
/** To list them all is dear. */
const LIST_AGAIN_MS = 3_000;
/** Its Lease could not be renewed in time: a pod is then started again. */
const LEASE_LOST = 2;
const QUIET_MS = 3_000;
const READS = ['get', 'list', 'watch'];
const KIND = 'ManagedPrivateEndpoint';

const isWrite = ({ verb, resource }: Call): boolean => !READS.includes(verb) && !/^(leases|events)$/.test(resource);

onEachServer(
  'ten thousand objects',
  (given) => {
    let house: House;
    let client: Client;
    let operator: Awaited<ReturnType<typeof start>>;
    const path = collection(KIND, NAMESPACE);

    beforeAll(async () => {
      client = createClient(given.server);
      house = await openHouse(given.server, { world: stageWorld(), speed: 1, namespaces: [NAMESPACE] });
    }, 60_000);
    afterAll(async () => {
      await client.close();
      await house.close();
    });

    async function everyObject(): Promise<ManagedPrivateEndpoint[]> {
      const found: ManagedPrivateEndpoint[] = [];
      let next: string | undefined;
      do {
        const page = await house.kube.list<ManagedPrivateEndpoint & KubeObject>(managedPrivateEndpoints, {
          namespace: NAMESPACE,
          limit: PAGE,
          ...(next && { continue: next }),
        });
        found.push(...page.items);
        next = page.continue;
      } while (next);
      return found;
    }

    const reasonOf = ({ metadata, status }: ManagedPrivateEndpoint): string | undefined => {
      const { conditions = [] } = (status ?? {}) as { conditions?: Condition[] };
      const ready = conditions.find(({ type }) => type === 'Ready');
      return ready?.observedGeneration === metadata.generation ? ready?.reason : undefined;
    };

    /** Their namespace has no credentials: each is looked at, and told what it wants. */
    async function untilAllAreTold(): Promise<void> {
      let told: Record<string, number> = {};
      const all = async () => {
        const groups = Object.entries(Object.groupBy(await everyObject(), (object) => reasonOf(object) ?? 'none'));
        told = Object.fromEntries(groups.map(([reason, objects]) => [reason, objects?.length ?? 0]));
        return told['CredentialMissing'] === OBJECTS;
      };
      await eventually(all, 'each object has been told', WITHIN_MS, LIST_AGAIN_MS).catch(() => undefined);
      expect(told).toEqual({ CredentialMissing: OBJECTS });
    }

    test('are created, and each is decided about, although the server restarts and forgets its history meanwhile', async () => {
      const names = Array.from({ length: OBJECTS }, (_, index) => `mpe-${index}`);
      const workspace = (index: number) => `cf1e0000-0000-4000-8000-${String(index).padStart(12, '0')}`;
      const create = async (): Promise<void> => {
        for (let name = names.pop(); name !== undefined; name = names.pop()) {
          const managementPolicy = names.length % MANAGED_EACH === 0 ? 'Manage' : 'Observe';
          const spec = { workspaceId: workspace(names.length), managementPolicy };
          const { status } = await client.post(path, aManagedPrivateEndpoint(name, spec));
          expect(status).toBe(201);
        }
      };
      say.started();
      await Promise.all(Array.from({ length: AT_ONCE }, create));
      say.done(`created ${OBJECTS}`);
      const resourceVersion = String(metaOf(await client.get(`${path}?limit=1`))['resourceVersion']);

      operator = await start('operator-0');
      await eventually(
        async () => (await operator.passes()) >= OBJECTS / 10,
        'the operator is at work',
        WITHIN_MS,
        POLL_MS,
      );
      expect(await operator.passes()).toBeLessThan(OBJECTS);
      const listings = async () => (await house.calls()).filter(({ verb }) => verb === 'list').length;
      const listedBefore = await listings();
      await given.server.compact();
      await given.server.restart();
      say.done('restarted the server');
      // Revisions of before are gone, for everybody who comes back with one.
      const late = createClient(given.server);
      const resumed = await late.watch(`${path}?watch=true&resourceVersion=${resourceVersion}`);
      expect((await resumed.next())[0]).toMatchObject({ type: 'ERROR', object: { code: 410 } });
      await late.close();

      await untilAllAreTold();
      say.done('decided about all');
      expect(await listings()).toBeGreaterThan(listedBefore);
      expect(operator.exitCode()).toBeUndefined();
    }, 600_000);

    test('cost no write when nothing has changed, not even after a restart of the operator', async () => {
      expect(await operator.drain()).toBe(0);
      const before = (await house.calls()).length;
      say.started();
      operator = await start('operator-1');
      await eventually(async () => (await operator.passes()) >= OBJECTS, 'each has had its pass', WITHIN_MS, POLL_MS);
      say.done('looked at all again');
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      expect((await house.calls()).slice(before).filter(isWrite)).toEqual([]);
      expect(house.simulator.requests.writes()).toEqual([]);
    }, 300_000);

    /** A replica that is started again when it has lost its Lease, as its Deployment would. */
    async function start(name: string) {
      const port = await freePort();
      const settings = { FABRICLINK_METRICS_ADDRESS: `127.0.0.1:${port}` };
      let process = await house.startOperator(name, settings);
      let code: number | undefined;
      const look = async (): Promise<void> => {
        code = await process.ended();
        if (code !== LEASE_LOST) return;
        code = undefined;
        process = await house.startOperator(name, settings);
        await look();
      };
      const ended = look();
      /** Of this process; until its server is up there have been none. */
      const passes = async (): Promise<number> => {
        const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
          (answer) => answer.text(),
          () => '',
        );
        const counted = [...text.matchAll(/^controller_runtime_reconcile_total\{.*\} (\d+)$/gm)];
        return counted.reduce((sum, [, count]) => sum + Number(count), 0);
      };
      const drain = async () => {
        process.signal('SIGTERM');
        await ended;
        return code;
      };
      return { passes, drain, exitCode: () => code };
    }
  },
  NO_ROLES,
);

/** How long each step took, for whoever watches. */
const say = {
  since: 0,
  started: () => void (say.since = performance.now()),
  done: (what: string) =>
    void process.stderr.write(`${what} (${((performance.now() - say.since) / 1000).toFixed(1)} s)\n`),
};
