/** One of those who want something written in the same place. */
export type Member<T> = { item: T; signal: AbortSignal };

type Waiting<T, R> = Member<T> & { resolve: (value: R) => void; reject: (error: unknown) => void };

/**
 * Writes to one place by one after the other: side by side they would refuse each other, and who is refused loses the
 * turn that it had waited for. Whoever comes while a write is under way is gathered for the next one, so that nobody waits
 * for more than two.
 *
 * Guarantees: `write` gets what has been asked for in the order of asking; one that fails fails for all who are in it, and
 * is in nobody else's way; whoever has given up is left out, and a write that nobody waits for any more is aborted.
 */
export function createBatches<T, R>(
  write: (place: string, items: readonly T[], signal: AbortSignal) => Promise<readonly (() => R)[]>,
) {
  const lines = new Map<string, Waiting<T, R>[]>();

  const settle = async (place: string, members: readonly Waiting<T, R>[]): Promise<void> => {
    const { signal, done } = whileAnyWaits(members);
    try {
      const items = members.map(({ item }) => item);
      const results = await write(place, items, signal);
      members.forEach(({ resolve, reject }, index) => {
        try {
          resolve(results[index]!());
        } catch (error) {
          reject(error);
        }
      });
    } catch (error) {
      for (const { reject } of members) reject(error);
    } finally {
      done();
    }
  };

  const drain = async (place: string, line: Waiting<T, R>[]): Promise<void> => {
    // Whoever asks in the same moment is in the first write already.
    await Promise.resolve();
    while (line.length > 0) {
      const all = line.splice(0);
      for (const { signal, reject } of all) if (signal.aborted) reject(signal.reason);
      const members = all.filter(({ signal }) => !signal.aborted);
      if (members.length > 0) await settle(place, members);
    }
    lines.delete(place);
  };

  return (place: string, item: T, signal: AbortSignal): Promise<R> =>
    new Promise((resolve, reject) => {
      const member = { item, signal, resolve, reject };
      const line = lines.get(place);
      if (line) {
        line.push(member);
        return;
      }
      const mine = [member];
      lines.set(place, mine);
      void drain(place, mine);
    });
}

/** Aborted with the last of them. */
function whileAnyWaits(members: readonly Member<unknown>[]): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const look = () => {
    if (members.every(({ signal }) => signal.aborted)) controller.abort(members[0]!.signal.reason);
  };
  for (const { signal } of members) signal.addEventListener('abort', look, { once: true });
  return {
    signal: controller.signal,
    done() {
      for (const { signal } of members) signal.removeEventListener('abort', look);
    },
  };
}
