// The side of a stage process: answers questions that come over the IPC channel.
import { subscribe } from 'node:diagnostics_channel';
import type { StageUsage } from './messages.ts';

type Question = { id: number; name: string; argument: unknown };

let socketsAccepted = 0;
// Every server of the process publishes here; nothing of the simulator has to know that it is counted.
subscribe('net.server.socket', () => {
  socketsAccepted += 1;
});

export function usage(): StageUsage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage.rss() / 1024 / 1024, socketsAccepted };
}

/** Tells the parent that it may begin, then answers until the parent closes the channel. */
export function answerQuestions(ready: object, answers: object): void {
  const table = answers as Record<string, (argument: unknown) => unknown>;
  process.on('message', ({ id, name, argument }: Question) => {
    process.send!({ id, value: table[name]!(argument) });
  });
  // The bench was stopped: nothing of it stays behind.
  process.on('disconnect', () => process.exit(0));
  process.send!({ id: 0, value: ready });
}
