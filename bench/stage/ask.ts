// The side of the bench: starts a stage process and asks it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

type Answer = { id: number; value: unknown };

export type Stage<Questions, Ready> = {
  ready: Ready;
  ask<Name extends keyof Questions & string>(
    name: Name,
    argument?: Questions[Name] extends (argument: infer A) => unknown ? A : never,
  ): Promise<Questions[Name] extends (...given: never[]) => infer R ? R : never>;
  close(): Promise<void>;
};

/** Rejects when the process ends before it is ready. */
export async function startStage<Questions, Ready>(
  script: string,
  argument: readonly string[],
): Promise<Stage<Questions, Ready>> {
  const child: ChildProcess = fork(script, argument, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', ({ id, value }: Answer) => {
    waiting.get(id)?.resolve(value);
    waiting.delete(id);
  });
  child.on('exit', (code) => {
    for (const waiter of waiting.values()) waiter.reject(new Error(`${script} ended with code ${code}`));
    waiting.clear();
  });
  const answerTo = (id: number) => new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ready = (await answerTo(0)) as Ready;
  return {
    ready,
    ask(name, given) {
      lastId += 1;
      child.send({ id: lastId, name, argument: given });
      return answerTo(lastId) as never;
    },
    async close() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
