// The operator as a process of its own, from the bundle, watched from outside: its log lines, its memory, its CPU time.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { NODE_FLAGS } from '../../scripts/image/node-flags.ts';

export type LogLine = { level: string; msg: string; time: string } & Record<string, unknown>;

export type OperatorUsage = { cpuMs: number; rssMiB: number; peakRssMiB: number };

export type Operator = {
  pid: number;
  startedAtMs: number;
  onLine(listener: (line: LogLine, atMs: number) => void): void;
  usage(): OperatorUsage;
  stop(): Promise<void>;
};

export type OperatorOptions = {
  settings: Record<string, string>;
  kubeconfig: string;
  caFile: string;
  logLevel?: 'debug' | 'info';
  leaderElection?: boolean;
  healthAddress?: string;
  /** Beside the settings, such as NODE_OPTIONS. */
  more?: Record<string, string>;
  /** For node itself, such as --cpu-prof. */
  nodeOptions?: readonly string[];
};

export const BUNDLE = 'dist/operator.mjs';
/** Part of the owner's tag on everything in the fleet. */
const CLUSTER_ID = 'bench';
const DRAIN_MS = 30_000;
/** Of /proc/<pid>/stat on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

export function startOperator(options: OperatorOptions): Operator {
  const startedAtMs = Date.now();
  const child: ChildProcess = spawn(process.execPath, [...NODE_FLAGS, ...(options.nodeOptions ?? []), BUNDLE], {
    env: {
      ...options.settings,
      KUBECONFIG: options.kubeconfig,
      NODE_EXTRA_CA_CERTS: options.caFile,
      POD_NAME: 'bench',
      POD_NAMESPACE: 'default',
      FABRICLINK_CLUSTER_ID: CLUSTER_ID,
      FABRICLINK_LEADER_ELECTION: String(options.leaderElection ?? false),
      FABRICLINK_METRICS_ADDRESS: '127.0.0.1:0',
      FABRICLINK_HEALTH_ADDRESS: options.healthAddress ?? '127.0.0.1:0',
      FABRICLINK_LOG_LEVEL: options.logLevel ?? 'info',
      ...options.more,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const listeners: ((line: LogLine, atMs: number) => void)[] = [];
  createInterface({ input: child.stdout! }).on('line', (text) => {
    const atMs = Date.now();
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as LogLine;
    for (const listener of listeners) listener(line, atMs);
  });
  const pid = child.pid!;
  return {
    pid,
    startedAtMs,
    onLine: (listener) => void listeners.push(listener),
    usage: () => usageOf(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
      await once(child, 'exit');
      clearTimeout(timer);
    },
  };
}

/** Linux only; throws elsewhere, and when the process is gone. */
function usageOf(pid: number): OperatorUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000,
    rssMiB: mib('VmRSS'),
    peakRssMiB: mib('VmHWM'),
  };
}
