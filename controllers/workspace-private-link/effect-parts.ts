import { workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import type { Clock } from '../../operator/clock.ts';
import { toOperatorError } from '../../operator/errors.ts';
import { found } from '../../operator/runtime/acting.ts';
import type { EffectOf, Pass } from '../../operator/runtime/kind.ts';
import { clientsFor } from './credentials/consumers.ts';
import { OWNER_TAG } from './desired-names.ts';
import type { Deps, EndpointClients, ServiceClients } from './reading.ts';
import type { Consumer, EndpointSeen, RemovalSeen, Seen, WorkspacePrivateLink } from './types.ts';

export type Run = EffectOf<WorkspacePrivateLink, Seen>;
export type MyPass = Pass<WorkspacePrivateLink>;

/** The clients of the workspace's tenant; observe has resolved the same credentials in this pass. */
export const clientsOf = (deps: Deps, pass: MyPass): Promise<ServiceClients> => clientsFor(deps, pass);

/** Those for the things of an endpoint, which may be in another tenant. */
export const clientsOfConsumer = (deps: Deps, pass: MyPass, consumer: Consumer | undefined): Promise<EndpointClients> =>
  clientsFor(deps, pass, consumer);

/** The spec has changed since this pass began, or the object is to go: whatever was decided by it, the next pass decides anew. */
export function isOvertaken(pass: MyPass, { desired }: Seen): boolean {
  const { uid, generation = 0 } = pass.resource.metadata;
  const now = pass
    .indexed<WorkspacePrivateLink>(workspacePrivateLinks, 'service', desired.service.id.toLowerCase())
    .find(({ metadata }) => metadata.uid === uid);
  return (now?.metadata.generation ?? 0) > generation;
}

/** The endpoint that a ladder `endpoint/<name>`, `placement/<name>` or `dns/<name>` is about. */
export function endpointOf({ endpoints }: Seen, ladder: string): EndpointSeen {
  return found(
    endpoints.find(({ desired }) => desired.name === nameIn(ladder)),
    ladder,
  );
}

/** The endpoint that a ladder `removal/<name>` is about. */
export function removalOf({ removals }: Seen, ladder: string): RemovalSeen {
  return found(
    removals.find(({ name }) => name === nameIn(ladder)),
    ladder,
  );
}

const nameIn = (ladder: string) => ladder.slice(ladder.indexOf('/') + 1);

/** Tags as they should be after our write: what others added stays, an adopted thing gets no mark of ours. */
export const tagsAfter = (
  actual: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>> | undefined,
  owner: string | undefined,
): Record<string, string> => ({ ...actual, ...wanted, ...(owner !== undefined && { [OWNER_TAG]: owner }) });

/**
 * Creates what was absent, with its note written before. When somebody else was faster the note is taken back: what it
 * says would make theirs ours to delete.
 */
export async function createNoted(
  pass: MyPass,
  note: Readonly<Record<string, string>>,
  create: () => Promise<void>,
): Promise<void> {
  const noted = Object.keys(note).every((key) => pass.resource.metadata.annotations?.[key] === note[key]);
  if (!noted) await pass.annotate(note);
  try {
    await create();
  } catch (thrown) {
    const isTheirs = toOperatorError(thrown).disposition === 'conflict';
    if (isTheirs && !noted) await pass.annotate(Object.fromEntries(Object.keys(note).map((key) => [key, null])));
    throw thrown;
  }
}

/** Runs `ask` unless the same was asked a moment ago; answers whether it did. */
export type Asked = (what: string, ask: () => Promise<void>) => Promise<boolean>;

/** Past this many the memory is emptied: it is a hint, and asking once more does no harm. */
const MOST_REMEMBERED = 5_000;

/**
 * A hint about *when*, never about *what*: a long operation that shows nothing of itself is not asked for again at
 * each look. `windowMs` is a published duration. A new process has forgotten, and asks once more: every such call is
 * safe to repeat.
 */
export function createAsked(clock: Clock, windowMs: number): Asked {
  const askedAtMs = new Map<string, number>();
  return async (what, ask) => {
    const key = what.toLowerCase();
    const nowMs = clock.now();
    if (nowMs < (askedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) + clock.scaled(windowMs)) return false;
    await ask();
    if (askedAtMs.size >= MOST_REMEMBERED) askedAtMs.clear();
    askedAtMs.set(key, nowMs);
    return true;
  };
}
