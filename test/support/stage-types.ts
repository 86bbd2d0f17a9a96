import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';
import type { KubeClient, KubeObject } from '../../operator/clients/kube/types.ts';
import type { Config } from '../../operator/config.ts';
import type { Conduct } from '../../simulator/conduct.ts';
import type { Kubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import type { Simulator } from '../../simulator/start.ts';
import type { World } from '../../simulator/world.ts';
import type { Call, Interruption } from './stage-calls.ts';
import type { StageClock } from './stage-clock.ts';
import type { Ending } from './stage-view.ts';
import type { NameServerAddress } from './stage-world.ts';

export type StageOptions = {
  /** Settings of the operator, beside those that bind it to the stage. */
  env?: Readonly<Record<string, string>>;
  world?: World;
  adjust?: (conduct: Conduct) => void;
  /** Network in which the operator lives, whose resolver it asks. Absent: it sits on the internet. */
  operatorNetworkId?: string;
  /** Most passes at once. Default 2. */
  workers?: number;
  /** The clock moves by whole multiples of this: fewer steps for a crowd, whose timers all differ. Default 1. */
  stepMs?: number;
  /** About how many objects will be played: a crowd makes more calls at once, and births and endings are looked for less often. */
  objects?: number;
};

/** Everything that outlives a process: both stores, and the time. */
export type StageSnapshot = { nowMs: number; world: World; store: ReturnType<Kubernetes['snapshot']> };

export type LogLine = { level: string; message: string; fields: object };

/**
 * The whole operator, the simulated clouds and the embedded Kubernetes API over real HTTP, on one clock that only the
 * stage moves. A play is deterministic but for the order in which parallel calls are answered.
 */
export type Stage = {
  readonly clock: StageClock;
  readonly simulator: Simulator;
  readonly kubernetes: Kubernetes;
  /** A person's hands on the cluster; not recorded. */
  readonly kube: KubeClient;
  /** Every call of the operator, oldest first; watches are not among them. */
  readonly calls: readonly Call[];
  readonly logs: readonly LogLine[];
  /** How many processes of the operator have died so far. */
  readonly deaths: number;
  /** How often each thing in the clouds came into being since the last `forget`. */
  births(): ReadonlyMap<string, number>;
  /** What ceased to be since then, in order. */
  endings(): readonly Ending[];
  /** Drops what was recorded. */
  forget(): void;
  /** Asked at each call, before it leaves and when its answer is there; `die` ends the process at that point. */
  onCall(interruption: Interruption | undefined): void;
  nameserverOf: (networkId: string) => NameServerAddress;
  apply(manifest: object): Promise<void>;
  link(name?: string): WorkspacePrivateLink | undefined;
  events(): KubeObject[];
  deleteLink(name?: string): Promise<void>;
  /** With these settings in place of the stage's. */
  startOperator(settings?: Partial<Config>): Promise<void>;
  /** All memory is dropped, nothing is let go; only the stores survive. */
  killOperator(): Promise<void>;
  crashAndRestart(): Promise<void>;
  /** What the running operator's metrics say, as a scrape would read them. */
  metrics(): Promise<string>;
  /** Everything that can happen without time passing has happened. */
  settle(): Promise<void>;
  /** Plays on until `until` holds (looked at whenever all is settled); throws with the last calls when time is over. */
  run(until: () => boolean, limit: { withinMs: number; what: string }): Promise<void>;
  /** Plays on for this long. */
  pass(durationMs: number): Promise<void>;
  snapshot(): StageSnapshot;
  /** Puts both stores and the clock back. The operator must be down. */
  restore(snapshot: StageSnapshot): Promise<void>;
  close(): Promise<void>;
};
