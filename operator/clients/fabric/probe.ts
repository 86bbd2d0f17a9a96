import { OperatorError } from '../../errors.ts';
import type { CallOptions } from '../call.ts';
import { plainAddress } from '../dns.ts';
import { workspaceApiHost } from '../host-names.ts';
import type { FabricContext } from './context.ts';
import type { FabricRest } from './rest.ts';
import type { PathProbe } from './types.ts';

/** Fabric's word for "not from where you are". */
const DENIED = 'RequestDeniedByInboundPolicy';
const DNS_TIMEOUT_MS = 3_000;

/** A workspace's own host on the port of the configured one. */
export function workspaceBaseUrl(fabricUrl: string, workspaceId: string): string {
  const { protocol, port } = new URL(fabricUrl);
  return `${protocol}//${workspaceApiHost(workspaceId)}${port === '' ? '' : `:${port}`}`;
}

export function isDenied(error: unknown): boolean {
  return error instanceof OperatorError && error.code?.toLowerCase() === DENIED.toLowerCase();
}

export function createProbes(context: FabricContext, rest: FabricRest) {
  const probe = async (
    workspaceId: string,
    where: { operation: string; baseUrl?: string; resolvedAddresses: readonly string[] },
    call: CallOptions,
  ): Promise<PathProbe> => {
    try {
      const response = await rest.get({
        path: `/v1/workspaces/${encodeURIComponent(workspaceId)}`,
        operation: where.operation,
        what: `read workspace ${workspaceId}`,
        call,
        // The way is to be found anew each time: a connection that is kept shows where names led when it was opened.
        headers: { connection: 'close' },
        ...(where.baseUrl === undefined ? {} : { baseUrl: where.baseUrl }),
      });
      const remoteAddress = response.remoteAddress === undefined ? undefined : plainAddress(response.remoteAddress);
      return { kind: 'answered', remoteAddress, resolvedAddresses: where.resolvedAddresses };
    } catch (error) {
      if (isDenied(error)) return { kind: 'restricted' };
      // No answer at all says something about the path; every other error is about something else.
      const noAnswer =
        error instanceof OperatorError && error.disposition === 'transient' && error.status === undefined;
      if (noAnswer) return { kind: 'unreachable', reason: error.code ?? error.reason };
      throw error;
    }
  };

  return {
    global: (workspaceId: string, call: CallOptions) =>
      probe(workspaceId, { operation: 'workspaces.probe', resolvedAddresses: [] }, call),

    /**
     * Over the workspace's own host. Before a workspace is restricted that host answers over the internet too, so the
     * addresses are reported and the caller judges whose they are (design section 8). All of them, of both families: the
     * next call may take another than this one did, and whoever stands in between shows as the peer of the socket.
     */
    async workspaceHost(workspaceId: string, call: CallOptions): Promise<PathProbe> {
      const answer = await context.dns.lookup(workspaceApiHost(workspaceId), {
        timeoutMs: DNS_TIMEOUT_MS,
        signal: call.signal,
      });
      if (answer.kind !== 'addresses' || answer.addresses.length === 0) {
        return { kind: 'unreachable', reason: answer.kind === 'failed' ? answer.code : answer.kind };
      }
      const baseUrl = workspaceBaseUrl(context.fabricUrl, workspaceId);
      return probe(
        workspaceId,
        { operation: 'workspaces.probeHost', baseUrl, resolvedAddresses: answer.addresses },
        call,
      );
    },
  };
}
