import { forbiddenField, notSupported } from '../field-error.ts';
import { both, fieldSelector, labelSelector, type Matches } from '../selectors.ts';
import { badRequest, expired, invalidOptions, revisionTooLarge, StatusError } from '../status-error.ts';
import { type Collection, versionsAt } from '../store/collection.ts';
import type { Version } from '../store/version.ts';
import type { Cluster, Target } from './cluster.ts';

export type Page = {
  versions: Version[];
  /** The revision that the whole list, over all its pages, was taken at. */
  revision: number;
  continue?: string;
  /** How many are behind the continue token; unknown when selectors are used. */
  remaining?: number;
};

type Token = { rv: number; start: string };

const INCONSISTENT = -1;

/** What selects among the objects of a collection: namespace, name and selectors. */
export function matcher({ resource, namespace, name }: Target, query: URLSearchParams): Matches | undefined {
  const selectors = both(
    labelSelector(query.get('labelSelector')),
    fieldSelector(query.get('fieldSelector'), resource),
  );
  const inNamespace: Matches | undefined = namespace ? ({ metadata }) => metadata.namespace === namespace : undefined;
  const named: Matches | undefined = name ? ({ metadata }) => metadata.name === name : undefined;
  return both(both(inNamespace, named), selectors);
}

const notANumber = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;

/** The same for a watch, where a real server calls it an error of its own. Throws 500. */
export function parseWatchRevision(text: string | null): number | undefined {
  if (text && !/^\d+$/.test(text)) throw new StatusError(500, '', notANumber(text));
  return parseRevision(text);
}

/** A resourceVersion of a query. Throws 400 when it is not a number. */
export function parseRevision(text: string | null): number | undefined {
  if (!text) return undefined;
  if (!/^\d+$/.test(text)) {
    throw badRequest(`invalid resource version: ${notANumber(text)}`);
  }
  return Number(text);
}

/** One page of a list. Throws 400, 410 when the asked revision is forgotten, 504 when it is not reached. */
export function listPage(cluster: Cluster, target: Target, query: URLSearchParams): Page {
  const collection = cluster.store.collection(target.resource.collection);
  const asked = parseRevision(query.get('resourceVersion'));
  const match = query.get('resourceVersionMatch');
  const token = readToken(query.get('continue'));
  checkRevisionQuery(asked, match, token);
  const current = cluster.store.revision();
  if (asked !== undefined && asked > current) throw revisionTooLarge(asked, current);
  const exact = match === 'Exact' ? asked : undefined;
  const revision = token && token.rv !== INCONSISTENT ? token.rv : (exact ?? current);
  requireHistory(collection, revision, token);
  const matches = matcher(target, query);
  const start = token?.start ?? '';
  const all = versionsAt(collection, revision).filter(
    ({ key, object }) => key >= start && (!matches || matches(object)),
  );
  // Resource version 0 means "whatever is at hand", and is answered whole.
  const limit = asked === 0 && !token ? 0 : Number(query.get('limit') ?? 0);
  if (!limit || all.length <= limit) return { versions: all, revision };
  const versions = all.slice(0, limit);
  const next = writeToken({ rv: revision, start: `${versions.at(-1)!.key}\0` });
  const page: Page = { versions, revision, continue: next };
  if (!query.get('labelSelector') && !query.get('fieldSelector')) page.remaining = all.length - limit;
  return page;
}

const notTogether = (why: string) => invalidOptions('ListOptions', forbiddenField('resourceVersionMatch', why));

function checkRevisionQuery(asked: number | undefined, match: string | null, token: Token | undefined): void {
  if (token && asked) throw badRequest('specifying resource version is not allowed when using continue');
  if (!match) return;
  if (token) throw notTogether('resourceVersionMatch is forbidden for continue');
  if (asked === undefined) throw notTogether('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidOptions('ListOptions', notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && asked === 0) {
    throw notTogether('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
}

function requireHistory(collection: Collection, revision: number, token: Token | undefined): void {
  // The state at the compacted revision itself is still known: it is the present minus what came after.
  if (revision >= collection.compactedAt || revision >= collection.changedAt) return;
  if (!token) throw expired(`The resourceVersion for the provided list is too old.`);
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.status.metadata = { continue: writeToken({ rv: INCONSISTENT, start: token.start }) };
  throw error;
}

function writeToken({ rv, start }: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url');
}

function readToken(text: string | null): Token | undefined {
  if (!text) return undefined;
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Token & { v: string };
    if (token.v === 'meta.k8s.io/v1' && Number.isInteger(token.rv) && typeof token.start === 'string') return token;
  } catch {
    // Falls through: whatever does not decode is not a token of ours.
  }
  throw badRequest('invalid continue token: continue key is not valid');
}
