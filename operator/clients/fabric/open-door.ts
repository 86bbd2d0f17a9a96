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

/**
 * Workspace-scoped calls: by the global host, and where that refuses because the workspace is restricted, by the
 * workspace's own host, if that leads into a private network from here. What was refused has not been done, so writes
 * may take the second way too.
 */
export function createOpenDoor(context: FabricContext): ThroughOpenDoor {
  const leadsIntoPrivateNetwork = async (workspaceId: string, { signal }: CallOptions): Promise<boolean> => {
    const answer = await context.dns.lookup(workspaceApiHost(workspaceId), { timeoutMs: DNS_TIMEOUT_MS, signal });
    if (answer.kind !== 'addresses' || answer.addresses.length === 0) return false;
    return answer.addresses.every((address) => context.dns.isPrivate(address));
  };

  return async (workspaceId, request, send) => {
    try {
      return await send(request);
    } catch (error) {
      if (!isDenied(error) || !(await leadsIntoPrivateNetwork(workspaceId, request.call))) throw error;
      return send({ ...request, baseUrl: workspaceBaseUrl(context.fabricUrl, workspaceId) });
    }
  };
}
