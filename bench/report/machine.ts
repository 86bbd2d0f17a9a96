import { cpus, loadavg, totalmem } from 'node:os';

/** What the figures were taken on; the load says who else was at it. */
export function machineFacts(): string[] {
  const [first] = cpus();
  return [
    `${cpus().length} CPUs (${first?.model.trim() || 'model unknown'}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${process.arch}`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}`,
    `load average at start ${loadavg()[0]!.toFixed(1)}`,
  ];
}
