type Object = {
  metadata: { annotations?: Readonly<Record<string, string>> };
  spec?: unknown;
};

type Naming = {
  workspaceId?: string;
  grants?: readonly { workspaceId: string }[];
  connectionStrings?: readonly { workspaceId: string }[];
};

const GRANTED = 'fabriclink.dev/granted.';

/** Of a role that a mapping has given and has not taken back yet, whatever its spec says by now. */
const workspaceOfGrant = (key: string, note: string): string =>
  key.startsWith(GRANTED) ? (note.split(' ')[3] ?? '') : '';

/**
 * Workspaces, in lower case, for which an object of another kind needs workspace-scoped calls: those of its spec, and those
 * in which it still has something to take away.
 */
export function workspacesNeededBy({ metadata, spec }: Object): readonly string[] {
  const { workspaceId, grants = [], connectionStrings = [] } = (spec ?? {}) as Naming;
  const named = [workspaceId ?? '', ...[...grants, ...connectionStrings].map((one) => one.workspaceId)];
  const noted = Object.entries(metadata.annotations ?? {}).map(([key, note]) => workspaceOfGrant(key, note));
  return [...new Set([...named, ...noted].filter((id) => id !== '').map((id) => id.toLowerCase()))];
}
