import { setup } from 'xstate';
import type { KubeObject, ResourceType } from '../../../operator/clients/kube/types.ts';
import type { Kind, Ladder, Pass, Poll } from '../../../operator/runtime/kind.ts';

export const TOYS: ResourceType = { group: 'toys.test', version: 'v1', plural: 'toys', kind: 'Toy', namespaced: true };
export const TOYS_NAME = 'toys.toys.test';

export type Toy = KubeObject & { spec: { size: number; boxed?: boolean }; status?: Record<string, unknown> };

/** What a toy is made of outside the cluster: the world that effects change and observe reads. */
export type Workshop = {
  built: Map<string, number>;
  boxes: Set<string>;
  calls: { effect: string; key: string; atMs: number }[];
  observed: string[];
};

export function createWorkshop(): Workshop {
  return { built: new Map(), boxes: new Set(), calls: [], observed: [] };
}

export function aToy(name: string, namespace = 'default', size = 1): Toy {
  return { apiVersion: 'toys.test/v1', kind: 'Toy', metadata: { name, namespace }, spec: { size } };
}

type Seen = {
  deleting: boolean;
  claimed: boolean;
  toy: 'absent' | 'wrong' | 'right';
  box: 'none' | 'closed';
  wantsBox: boolean;
};

const types = {} as { context: { facts: Record<string, boolean | string> }; input: Record<string, boolean | string> };

function ladder(readyPoll: Poll) {
  return setup({
    types,
    guards: {
      deleting: ({ context }) => context.facts['deleting'] === true,
      unclaimed: ({ context }) => context.facts['claimed'] === false,
      built: ({ context }) => context.facts['toy'] === 'right',
      absent: ({ context }) => context.facts['toy'] === 'absent',
    },
  }).createMachine({
    id: 'toy',
    context: ({ input }) => ({ facts: input }),
    initial: 'Life',
    states: {
      Life: {
        initial: 'Check',
        states: { Check: { always: [{ guard: 'deleting', target: '#toy.TearDown' }, { target: '#toy.Claim' }] } },
      },
      Claim: {
        initial: 'Check',
        states: {
          Check: { always: [{ guard: 'unclaimed', target: 'Claiming' }, { target: '#toy.Build' }] },
          Claiming: { tags: 'progressing', meta: { effect: 'claim', reason: 'Claiming', poll: 'now' } },
        },
      },
      Build: {
        initial: 'Check',
        states: {
          Check: { always: [{ guard: 'built', target: '#toy.Ready' }, { target: 'Building' }] },
          Building: { tags: 'progressing', meta: { effect: 'build', reason: 'Building', poll: 'fast' } },
        },
      },
      Ready: { tags: 'ready', meta: { reason: 'Built', poll: readyPoll } },
      TearDown: {
        initial: 'Check',
        states: {
          Check: { always: [{ guard: 'absent', target: 'Released' }, { target: 'Breaking' }] },
          Breaking: { tags: 'progressing', meta: { effect: 'breakUp', reason: 'Breaking', poll: 'now' } },
          Released: { tags: 'gone', meta: { effect: 'release', reason: 'Released', poll: 'never' } },
        },
      },
    },
  });
}

const boxMachine = setup({
  types,
  guards: { closed: ({ context }) => context.facts['box'] === 'closed' || context.facts['wantsBox'] === false },
}).createMachine({
  id: 'box',
  context: ({ input }) => ({ facts: input }),
  initial: 'Check',
  states: {
    Check: { always: [{ guard: 'closed', target: 'Closed' }, { target: 'Open' }] },
    Open: { tags: 'progressing', meta: { effect: 'box', reason: 'Boxing', poll: 'fast' } },
    Closed: { tags: 'ready', meta: { reason: 'Boxed', poll: 'rest' } },
  },
});

export type ToyHooks = {
  onObserve?: (pass: Pass<Toy>) => Promise<void> | void;
  onEffect?: (name: string, pass: Pass<Toy>) => Promise<void> | void;
  watches?: Kind['watches'];
  readyPoll?: Poll;
};

/** Two ladders: the toy itself, and its box. */
export function toyKind(workshop: Workshop, clock: { now(): number }, hooks: ToyHooks = {}): Kind<Toy, Seen> {
  const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;
  const effect =
    (name: string, run: (pass: Pass<Toy>, key: string) => Promise<void> | void) =>
    async (pass: Pass<Toy>): Promise<void> => {
      const key = keyOf(pass.resource);
      workshop.calls.push({ effect: name, key, atMs: clock.now() });
      await hooks.onEffect?.(name, pass);
      await run(pass, key);
    };
  return {
    type: TOYS,
    machines: { toy: ladder(hooks.readyPoll ?? 'rest'), box: boxMachine },
    ...(hooks.watches && { watches: hooks.watches }),
    async observe(pass) {
      const key = keyOf(pass.resource);
      workshop.observed.push(key);
      await hooks.onObserve?.(pass);
      const size = workshop.built.get(key);
      const { metadata, spec } = pass.resource;
      return {
        deleting: metadata.deletionTimestamp !== undefined,
        claimed: metadata.finalizers?.includes('fabriclink.dev/finalizer') ?? false,
        toy: size === undefined ? 'absent' : size === spec.size ? 'right' : 'wrong',
        box: workshop.boxes.has(key) ? 'closed' : 'none',
        wantsBox: spec.boxed === true,
      };
    },
    ladders({ deleting, claimed, toy, box, wantsBox }) {
      const ladders: Ladder[] = [{ name: 'toy', machine: 'toy', facts: { deleting, claimed, toy } }];
      if (wantsBox) ladders.push({ name: 'box', machine: 'box', facts: { box, wantsBox } });
      return ladders;
    },
    effects: {
      claim: effect('claim', (pass) => pass.claim({ 'fabriclink.dev/claimed': 'yes' })),
      build: effect('build', (pass, key) => void workshop.built.set(key, pass.resource.spec.size)),
      box: effect('box', (_, key) => void workshop.boxes.add(key)),
      breakUp: effect('breakUp', (_, key) => void workshop.built.delete(key)),
      release: effect('release', (pass) => pass.release()),
    },
    describe({ rests, error }) {
      const [first] = rests;
      const ready = rests.length > 0 && rests.every(({ tag }) => tag === 'ready');
      const failed = rests.find(({ outcome }) => outcome.kind === 'failed');
      const problem = error ?? (failed?.outcome.kind === 'failed' ? failed.outcome.error : undefined);
      return {
        status: { phase: first?.phase ?? 'Unknown' },
        conditions: [
          {
            type: 'Ready',
            status: ready ? 'True' : 'False',
            reason: problem?.reason ?? first?.reason ?? 'Unknown',
            message: problem?.message ?? '',
          },
          { type: 'Reconciling', status: ready ? 'False' : 'True', reason: 'Working', message: '' },
        ],
        events: first
          ? [{ type: 'Normal', reason: first.reason, action: 'Reconcile', note: `now in ${first.phase}` }]
          : [],
      };
    },
  };
}
