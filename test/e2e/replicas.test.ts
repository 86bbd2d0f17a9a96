// Two replicas that look after one namespace, one of which dies; and a namespace that goes while its Secret is held.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { LEASES, NAMESPACES, SECRETS } from '../../operator/clients/kube/resources.ts';
import type { KubeObject } from '../../operator/clients/kube/types.ts';
import { allows } from '../chart/grants.ts';
import { isTrue } from '../support/stage-link.ts';
import type { Process } from '../support/stage-process.ts';
import { createChronicle, viewOf, type WorldView } from '../support/stage-view.ts';
import { credentialsSecret, NAMESPACE, salesLink, stageWorld } from '../support/stage-world.ts';
import { worded } from './calls.ts';
import { onEachServer } from './each-server.ts';
import { eventually, type House, NO_ROLES, OPERATOR_NAMESPACE, openHouse, ROLE_BINDINGS } from './house.ts';

/** Half an hour of waiting for Deny takes eight seconds. */
const SPEED = 240;
/** A Lease, and one try of those that wait. */
const TAKEN_OVER_WITHIN_MS = 15_000 + 3_000;
const WITHIN_MS = 60_000;
/** After this many writes to clouds the leader dies: endpoints are asked for, and nothing is denied yet. */
const WRITES_BEFORE_DEATH = 4;

type Lease = KubeObject & { spec?: { holderIdentity?: string; leaseTransitions?: number } };

onEachServer(
  'replicas',
  (given) => {
    let house: House;
    let pristine: WorldView;
    const replicas = new Map<string, Process>();
    const lease = async () => (await house.kube.get<Lease>(LEASES, OPERATOR_NAMESPACE, 'fabric-link-operator'))?.spec;
    const leader = async () => (await lease())?.holderIdentity?.replace(/_.*/, '') ?? '';
    const link = () => house.kube.get<WorkspacePrivateLink>(workspacePrivateLinks, NAMESPACE, 'sales');

    beforeAll(async () => {
      house = await openHouse(given.server, {
        world: stageWorld(),
        speed: SPEED,
        namespaces: [NAMESPACE],
        values: { watchNamespaces: [NAMESPACE], secretFinalizer: true },
      });
      pristine = viewOf(house.simulator.world);
      const settings = { FABRICLINK_WATCH_NAMESPACES: NAMESPACE, FABRICLINK_SECRET_FINALIZER: 'true' };
      for (const name of ['replica-a', 'replica-b']) replicas.set(name, await house.startOperator(name, settings));
      await eventually(async () => replicas.has(await leader()), 'one of them leads', WITHIN_MS);
    }, 150_000);
    afterAll(() => house.close());

    test('the other takes over when the leader is killed, and nothing is made twice', async () => {
      const { simulator } = house;
      const chronicle = createChronicle(
        () => simulator.world,
        () => simulator.clock.now(),
      );
      await house.apply(credentialsSecret());
      await house.apply(
        salesLink(
          (network) => {
            const { address, port } = simulator.dns.at(network)!;
            return { address, port };
          },
          // What outbound was before is not put back.
          { outbound: undefined },
        ),
      );
      const enough = () => {
        chronicle.look();
        return simulator.requests.writes().length >= WRITES_BEFORE_DEATH;
      };
      await eventually(enough, 'work has begun', WITHIN_MS);
      const first = await leader();
      replicas.get(first)!.signal('SIGKILL');
      const killedAt = performance.now();
      const written = simulator.requests.writes().length;
      const other = async () => {
        chronicle.look();
        return replicas.has(await leader()) && (await leader()) !== first;
      };
      await eventually(other, 'the other one leads', WITHIN_MS);
      expect(performance.now() - killedAt).toBeLessThan(TAKEN_OVER_WITHIN_MS);
      expect(isTrue(await link(), 'Ready')).toBe(false);
      const ready = async () => {
        chronicle.look();
        return isTrue(await link(), 'Ready');
      };
      await eventually(ready, 'the object is Ready', WITHIN_MS);
      expect(simulator.requests.writes().length).toBeGreaterThan(written);
      expect([...chronicle.births()].filter(([, count]) => count !== 1)).toEqual([]);
      expect(chronicle.endings()).toEqual([]);
      expect((await lease())?.leaseTransitions).toBe(1);
    }, 150_000);

    test('Roles of the watched namespace are enough, for both of them', async () => {
      expect(
        house.grants.filter(({ namespace, resource }) => namespace === undefined && resource !== 'namespaces'),
      ).toEqual([]);
      const calls = await house.calls();
      const uncovered = calls.filter((call) => !house.grants.some((grant) => allows(grant, call)));
      expect([...new Set(uncovered.map(worded))]).toEqual([]);
    });

    test('a namespace that is deleted keeps its Secret until everything is taken down, for which rights must outlive it', async () => {
      const bindings = () => house.kube.list(ROLE_BINDINGS, { namespace: NAMESPACE });
      expect((await bindings()).items.length).toBeGreaterThan(0);
      await house.kube.delete(NAMESPACES, '', NAMESPACE);
      if (given.server.enforcesRoles) {
        // Its Roles go at once, as all in it that nothing holds (docs/install.md, "Deleting a watched namespace").
        await eventually(async () => (await bindings()).items.length === 0, 'the rights are gone', WITHIN_MS);
        if ((await link()) === undefined) throw new Error('nothing held the object');
      }
      await house.give({ secretFinalizer: true });
      const secret = () => house.kube.get(SECRETS, NAMESPACE, 'fabriclink-credentials');
      const isGone = async () => {
        const [held, object] = [await secret(), await link()];
        // In this order: the object, seen later, may be gone only where the Secret was still there, or both are.
        if (object !== undefined && held === undefined) throw new Error('the Secret went before the object');
        return (await house.kube.get(NAMESPACES, '', NAMESPACE)) === undefined;
      };
      await eventually(isGone, 'the namespace is gone', WITHIN_MS);
      expect(viewOf(house.simulator.world)).toEqual(pristine);
    }, 150_000);
  },
  NO_ROLES,
);
