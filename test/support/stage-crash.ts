import { createHash } from 'node:crypto';
import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { Stage, StageSnapshot } from './stage.ts';
import { type Call, callText, type Moment } from './stage-calls.ts';
import { thingsIn, viewOf } from './stage-view.ts';

/**
 * A process that dies leaves nothing but the two stores and the time. So a crash at a call is played by putting back
 * exactly what the stores held there, and starting a new process on it. Moments that left the same stores at the same
 * time (all around a read) are one state.
 */
export type CrashPoint = { call: Call; moment: Moment; state: string };

export type Recording = {
  /** What the play began with. */
  start: StageSnapshot;
  calls: readonly Call[];
  /** Two for each call. */
  points: readonly CrashPoint[];
  states: ReadonlyMap<string, StageSnapshot>;
};

/** Plays `play` undisturbed and keeps what the stores hold before and after each call of the operator. */
export async function recordMoments(stage: Stage, play: () => Promise<void>): Promise<Recording> {
  const points: CrashPoint[] = [];
  const states = new Map<string, StageSnapshot>();
  const start = stage.snapshot();
  stage.forget();
  stage.onCall((call, moment) => {
    const snapshot = stage.snapshot();
    const state = nameOf(snapshot);
    states.set(state, snapshot);
    points.push({ call, moment, state });
    return undefined;
  });
  try {
    await play();
  } finally {
    stage.onCall(undefined);
  }
  return { start, calls: stage.calls, points, states };
}

/** Equal for equal stores at the same time. */
const nameOf = (snapshot: StageSnapshot): string => `${snapshot.nowMs} ${storesOf(snapshot)}`;

/** Equal for equal stores. Counters of quotas are no part of it: every read moves them. */
function storesOf({ world, store }: StageSnapshot): string {
  const { callsInWindow: _fixed, mappingCalls: _sliding, ...fabric } = world.fabric;
  const { callsInWindow: _requests, ...graph } = world.graph;
  const text = JSON.stringify([store.revision, { ...world, fabric, graph }]);
  return createHash('sha1').update(text).digest('hex');
}

/** Begins a new process on what a dead one left behind. */
export async function restartFrom(stage: Stage, snapshot: StageSnapshot): Promise<void> {
  await stage.killOperator();
  await stage.restore(snapshot);
  stage.forget();
  await stage.startOperator();
}

/** A state to crash in, with the points that led to it. */
type Crash = { snapshot: StageSnapshot; here: CrashPoint[] };

/** Nearer than that, two moments with the same stores are one to whoever comes back. */
const SOON_MS = 10_000;

/**
 * Of the moments that left the same stores, between which only time passed, the first, and the last where that is not
 * within seconds of it: whoever comes back finds nothing else in between.
 */
function toPlay({ states, points }: Recording, isVictim: (call: Call) => boolean): Crash[] {
  const crashes = new Map<string, Crash[]>();
  for (const [state, snapshot] of states) {
    const here = points.filter((point) => point.state === state && isVictim(point.call));
    if (here.length === 0) continue;
    const stores = state.split(' ')[1]!;
    const [first, last] = crashes.get(stores) ?? [];
    if (!first) crashes.set(stores, [{ snapshot, here }]);
    else if (snapshot.nowMs < first.snapshot.nowMs + SOON_MS) first.here.push(...here);
    else crashes.set(stores, [first, { snapshot, here: [...(last?.here ?? []), ...here] }]);
  }
  return [...crashes.values()].flat();
}

/**
 * Crashes at each point of a recording and lets `judge` play on with a new process and assert. What it throws is
 * gathered under the points that led to it.
 */
export async function crashEverywhere(
  stage: Stage,
  recording: Recording,
  judge: (snapshot: StageSnapshot) => Promise<void>,
  /** Only at these calls; absent: at every call. */
  isVictim: (call: Call) => boolean = () => true,
): Promise<{ crashes: number; failures: string[] }> {
  const failures: string[] = [];
  let crashes = 0;
  for (const { snapshot, here } of toPlay(recording, isVictim)) {
    crashes += here.length;
    await restartFrom(stage, snapshot);
    try {
      await judge(snapshot);
    } catch (thrown) {
      failures.push(`${here.map(({ moment, call }) => `${moment} ${callText(call)}`).join('\n')}\n${String(thrown)}`);
    }
  }
  return { crashes, failures };
}

/** Things that were there when the process died and came into being again, or came into being more than once. */
export function madeTwice(stage: Stage, before: StageSnapshot): string[] {
  const there = thingsIn(before.world);
  return [...stage.births()].filter(([key, count]) => count + (there.has(key) ? 1 : 0) !== 1).map(([key]) => key);
}

/** Everything that two runs must agree on: the clouds, and the object without times. */
export function outcomeOf(stage: Stage, name = 'sales'): unknown {
  return { clouds: viewOf(stage.simulator.world), object: objectView(stage.link(name)) };
}

function objectView(link: WorkspacePrivateLink | undefined): unknown {
  if (!link) return 'gone';
  const { finalizers, annotations, generation } = link.metadata;
  const withoutTimes = JSON.stringify({ finalizers, annotations, generation, status: link.status }).replaceAll(
    /\d{4}-\d\d-\d\dT[\d:.]+Z/g,
    '<time>',
  );
  return JSON.parse(withoutTimes);
}
