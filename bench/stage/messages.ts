// What a bench asks of the processes that play the clouds and the cluster. One question at a time gets one answer.

export type Tally = {
  /** By `service method route status`; names and ids are left out of the route. */
  calls: Record<string, number>;
  /** Neither reads nor token requests. */
  writes: number;
  /** Answers 429. */
  refused: number;
};

export type StageUsage = { cpuMs: number; rssMiB: number; socketsAccepted: number };

export type CloudQuestions = {
  usage(): StageUsage;
  tally(): Tally;
  clear(): void;
};

export type ClusterCalls = {
  /** Since the last `clear`, by method, without watches. */
  byMethod: Record<string, number>;
  watches: number;
  /** When the custom resources were first listed, milliseconds since the epoch. */
  firstListAtMs: number | undefined;
};

export type ClusterQuestions = {
  usage(): StageUsage;
  calls(): ClusterCalls;
  clear(): void;
  /** Gives every link a newer version with one more label and cuts the watches, so that a relist finds all of them changed. */
  touchAll(label: string): void;
};

export type CloudsReady = { env: Record<string, string>; ca: string };
export type ClusterReady = { kubeconfig: string };
