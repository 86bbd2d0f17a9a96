import type { Rest, Seen } from '../types.ts';
import type { StringSeen } from './types.ts';

const MESSAGE_LIMIT = 512;

const stringIn = ({ strings }: Seen, { ladder }: Rest): StringSeen | undefined => strings[ladder];

export function stringDetail(seen: Seen, rest: Rest): string | undefined {
  const string = stringIn(seen, rest);
  // What could not be read says itself of which item.
  return string && `"${string.name}"${string.fault ? '' : `: ${string.item} in workspace ${string.workspaceId}`}`;
}

type Entry = { name: string; host?: string; message?: string };

/** status.connectionStrings. A host that was told stays in sight while Fabric cannot be asked. */
export function stringsStatus(
  seen: Seen,
  rests: readonly Rest[],
  before: readonly Entry[],
  line: (rest: Rest) => string,
): readonly Entry[] {
  return rests.flatMap((rest): readonly Entry[] => {
    const string = rest.machine === 'string' ? stringIn(seen, rest) : undefined;
    if (!string) return [];
    const { name, host } = string;
    if (host !== undefined) return [{ name, host }];
    const text = line(rest);
    const message = text.length <= MESSAGE_LIMIT ? text : `${text.slice(0, MESSAGE_LIMIT - 1)}…`;
    const told = rest.tag === 'waiting' ? before.find((entry) => entry.name === name)?.host : undefined;
    return [{ name, ...(told !== undefined && { host: told }), message }];
  });
}
