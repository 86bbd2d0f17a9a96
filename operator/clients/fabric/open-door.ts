import type { CallOptions } from '../call.ts';
import { workspaceApiHost } from '../host-names.ts';
import type { FabricContext } from './context.ts';
import { isDenied, workspaceBaseUrl } from './probe.ts';
import type { FabricCall } from './rest.ts';

const DNS_TIMEOUT_MS = 3_000;

export type ThroughOpenDoor = <R extends FabricCall, T>(
  workspaceId: string,
  request: R,
  send: (request: R) => Promise<T>,
) => Promise<T>;

/** A refusal is not asked for again within this, published milliseconds: the door opens seldom, and takes minutes to. */
const REFUSED_FOR_MS = 10 * 60_000;
/** Past this many the memory is emptied: it is a hint about the way, and asking once more does no harm. */
const MOST_REMEMBERED = 10_000;

/**
 * Workspace-scoped calls: by the global host, and where that refuses because the workspace is restricted, by the
 * workspace's own host, if that leads into a private network from here. What was refused has not been done, so writes
 * may take the second way too. A workspace that was refused once is asked by its own host as long as that leads there,
 * and without such a way not again for a while.
 */
export function createOpenDoor(context: FabricContext): ThroughOpenDoor {
  const { clock } = context;
  const refusals = new Map<string, { error: unknown; untilMs: number }>();

  const leadsIntoPrivateNetwork = async (workspaceId: string, { signal }: CallOptions): Promise<boolean> => {
    const answer = await context.dns.lookup(workspaceApiHost(workspaceId), { timeoutMs: DNS_TIMEOUT_MS, signal });
    if (answer.kind !== 'addresses' || answer.addresses.length === 0) return false;
    return answer.addresses.every((address) => context.dns.isPrivate(address));
  };

  const byOwnHost = <R extends FabricCall>(workspaceId: string, request: R): R => ({
    ...request,
    baseUrl: workspaceBaseUrl(context.fabricUrl, workspaceId),
  });

  return async (workspaceId, request, send) => {
    const key = workspaceId.toLowerCase();
    const refusal = refusals.get(key);
    if (refusal) {
      if (await leadsIntoPrivateNetwork(workspaceId, request.call)) return send(byOwnHost(workspaceId, request));
      if (clock.now() < refusal.untilMs) throw refusal.error;
      refusals.delete(key);
    }
    try {
      return await send(request);
    } catch (error) {
      if (!isDenied(error)) throw error;
      if (refusals.size >= MOST_REMEMBERED) refusals.clear();
      refusals.set(key, { error, untilMs: clock.now() + clock.scaled(REFUSED_FOR_MS) });
      if (!(await leadsIntoPrivateNetwork(workspaceId, request.call))) throw error;
      return send(byOwnHost(workspaceId, request));
    }
  };
}
