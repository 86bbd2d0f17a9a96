import type { LogLine, Operator } from './operator.ts';

export type Pass = { key: string; generation: number; urgency: string; atMs: number; wroteStatus: boolean };

export type Passes = {
  /** Passes that came to a decision, oldest first. */
  decided: Pass[];
  /** Passes that ended early, by reason: waiting for a quota, refused, failed. */
  early: Map<string, number>;
  /** When each key was first decided about. */
  firstAtMs: Map<string, number>;
  /** Called with every pass that came to a decision. */
  onDecided(listener: (pass: Pass) => void): void;
  clear(): void;
};

/** Follows the operator's log at debug level: one line per pass, with the moment it was written. */
export function followPasses(operator: Operator): Passes {
  const listeners: ((pass: Pass) => void)[] = [];
  const passes: Passes = {
    decided: [],
    early: new Map(),
    firstAtMs: new Map(),
    onDecided: (listener) => void listeners.push(listener),
    clear() {
      passes.decided = [];
      passes.early.clear();
      passes.firstAtMs.clear();
    },
  };
  operator.onLine((line) => {
    if (line.msg === 'pass failed') {
      const reason = String(line['reason']);
      passes.early.set(reason, (passes.early.get(reason) ?? 0) + 1);
    }
    if (line.msg !== 'pass') return;
    // Without facts there was nothing to decide: the pass only learnt that it is not its turn.
    if ((line['phases'] as unknown[]).length === 0) {
      passes.early.set('AwaitsTurn', (passes.early.get('AwaitsTurn') ?? 0) + 1);
      return;
    }
    const pass = passOf(line);
    passes.decided.push(pass);
    if (!passes.firstAtMs.has(pass.key)) passes.firstAtMs.set(pass.key, pass.atMs);
    for (const listener of listeners) listener(pass);
  });
  return passes;
}

function passOf(line: LogLine): Pass {
  return {
    key: String(line['key']),
    generation: Number(line['generation']),
    urgency: String(line['urgency']),
    atMs: Date.parse(line.time),
    wroteStatus: line['wroteStatus'] === true,
  };
}
