import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { orAbsent } from '../classify.ts';
import { textAt } from '../raw.ts';
import type { GraphContext } from './context.ts';
import { createGraphRest } from './rest.ts';
import type { DirectoryKind, DirectoryObject, GraphClient, PrincipalQuery, PrincipalSearch } from './types.ts';

const PERIODS = { object: 3_600_000, search: 600_000, members: 1_200_000 } as const;
/** More hits than that identify nobody, however many there are. */
const MOST_SEARCH_PAGES = 5;
const MOST_MEMBER_PAGES = 5;
const MOST_SHOWN = 5;

const KINDS: Record<DirectoryKind, { collection: string; select: string; permission: string }> = {
  ServicePrincipal: {
    collection: 'servicePrincipals',
    select: 'id,appId,displayName,createdDateTime',
    permission: 'Application.Read.All',
  },
  Group: { collection: 'groups', select: 'id,displayName,createdDateTime', permission: 'Group.Read.All' },
  User: { collection: 'users', select: 'id,displayName,createdDateTime', permission: 'User.Read.All' },
};

/** Microsoft Graph, as far as finding guests' principals goes (cloud-apis section 16). */
export function createGraphClient(context: GraphContext): GraphClient {
  const rest = createGraphRest(context);
  const { observers, cacheKey } = context;
  const keyOf = (...parts: string[]) => [cacheKey, 'graph', ...parts].join('|').toLowerCase();

  /**
   * All names in one request: a name that finds nobody is asked for again each minute until somebody bears it. `or` of
   * several `startsWith` on one property is documented (Graph, "Advanced query capabilities", startsWith on specific
   * properties, and "Use the $filter query parameter"), as is `startsWith(displayName, …)` on service principals with
   * `$count=true` and ConsistencyLevel: eventual (servicePrincipal: list, get a count); cloud-apis 16.
   */
  const searchNames = async (kind: PrincipalQuery['kind'], terms: readonly string[], call: CallOptions) => {
    const { collection, select } = KINDS[kind];
    const filter = terms.map((term) => `startswith(displayName,'${term.replaceAll("'", "''")}')`).join(' or ');
    const query = `$filter=${encodeURIComponent(filter)}&$count=true&$select=${select}`;
    const request = {
      path: `/v1.0/${collection}?${query}`,
      operation: `${collection}.search`,
      what: `search the directory for the guest’s ${nounOf(kind)}`,
      call,
      eventual: true as const,
    };
    const { items, more } = await permitted(KINDS[kind].permission, rest.list(request, MOST_SEARCH_PAGES));
    const hits = items.flatMap((raw) => readObject(kind, raw) ?? []);
    return { hits: hits.filter(({ displayName }) => terms.some((term) => names(displayName, term))), more };
  };

  return {
    find: (kind, objectId, call) =>
      observers.read(keyOf('object', kind, objectId), PERIODS.object, call, async (shared) => {
        const { collection, select, permission } = KINDS[kind];
        const request = {
          path: `/v1.0/${collection}/${encodeURIComponent(objectId)}?$select=${select}`,
          operation: `${collection}.get`,
          what: `read ${nounOf(kind)} ${objectId}`,
          call: shared,
        };
        const raw = await orAbsent(permitted(permission, rest.get(request)));
        return raw && readObject(kind, raw);
      }),

    search: ({ kind, names: wanted }, call) => {
      const terms = [...new Set(wanted.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))];
      return observers.read(keyOf('search', kind, ...terms), PERIODS.search, call, async (shared) => {
        if (terms.length === 0) return searchOf([], false);
        const { hits, more } = await searchNames(kind, terms, shared);
        const found = new Map(hits.map((object) => [object.id.toLowerCase(), object]));
        return searchOf([...found.values()], more);
      });
    },

    groupMembers: (groupId, call) =>
      observers.read(keyOf('members', groupId), PERIODS.members, call, async (shared) => {
        const request = {
          path: `/v1.0/groups/${encodeURIComponent(groupId)}/members?$select=id&$top=999`,
          operation: 'groups.members',
          what: `list the members of group ${groupId}`,
          call: shared,
        };
        const members = await orAbsent(permitted('GroupMember.Read.All', rest.list(request, MOST_MEMBER_PAGES)));
        return members && { ids: members.items.flatMap((raw) => textAt(raw, 'id') ?? []), more: members.more };
      }),
  };
}

/** `unread`: pages are left, on which others may be. */
function searchOf(found: readonly DirectoryObject[], unread: boolean): PrincipalSearch {
  const [first, ...others] = found;
  if (!first && !unread) return { kind: 'none' };
  return first && others.length === 0 && !unread
    ? { kind: 'one', principal: first }
    : { kind: 'several', principals: found.slice(0, MOST_SHOWN) };
}

/** `ana@fabrikam.example` is not the beginning of the name of ana@fabrikam.example.org. */
function names(displayName: string, name: string): boolean {
  const text = displayName.toLowerCase();
  return text.startsWith(name) && !/^[\w.@-]/.test(text.slice(name.length));
}

function readObject(kind: DirectoryKind, raw: Record<string, unknown>): DirectoryObject | undefined {
  const id = textAt(raw, 'id');
  if (id === undefined) return undefined;
  const appId = textAt(raw, 'appId');
  const createdAtMs = Date.parse(textAt(raw, 'createdDateTime') ?? '');
  return {
    id,
    kind,
    displayName: textAt(raw, 'displayName') ?? '',
    ...(appId === undefined ? {} : { appId }),
    ...(Number.isNaN(createdAtMs) ? {} : { createdAtMs }),
  };
}

const nounOf = (kind: DirectoryKind) => ({ ServicePrincipal: 'service principal', Group: 'group', User: 'user' })[kind];

/** Names the permission that is missing. */
async function permitted<T>(permission: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof OperatorError) || error.reason !== 'GraphNotPermitted') throw error;
    throw new OperatorError({
      disposition: 'blocked',
      reason: error.reason,
      message: error.message,
      remedy: `grant the operator’s application the Microsoft Graph application permission ${permission} and have an administrator consent to it, or set principalLookup: None and name principalId`,
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.code === undefined ? {} : { code: error.code }),
      cause: error,
    });
  }
}
