import { unreadableAnswer } from '../classify.ts';
import { jsonOf } from '../exchange.ts';
import { objectAt, textAt } from '../raw.ts';
import type { FabricCall, FabricRest, RawItem } from './rest.ts';
import type { CommunicationPolicy, CommunicationPolicyBody } from './types.ts';

/** The policy's path. It is never sent to a workspace's own host, which refuses it (cloud-apis section 3.5, rule 2). */
export function policyPath(workspaceId: string): string {
  return `/v1/workspaces/${encodeURIComponent(workspaceId)}/networking/communicationPolicy`;
}

export async function readPolicy(rest: FabricRest, request: Omit<FabricCall, 'baseUrl'>): Promise<CommunicationPolicy> {
  const response = await rest.get(request);
  const raw = jsonOf(response, request.what);
  // A gateway's `{}` would read as open in both directions, and be written back as that.
  if (!('inbound' in raw || 'outbound' in raw)) throw unreadableAnswer(request.what, response.status);
  const policy = policyOf(raw);
  const etag = bareEtag(response.headers['etag']);
  return etag === undefined ? policy : { ...policy, etag };
}

/** Both halves, always: an omitted one would be opened by the service (section 11.1). */
export async function writePolicy(
  rest: FabricRest,
  request: Omit<FabricCall, 'baseUrl'>,
  body: CommunicationPolicyBody,
  etag: string | undefined,
): Promise<void> {
  await rest.put({
    ...request,
    body: {
      inbound: { publicAccessRules: { defaultAction: body.inbound } },
      outbound: { publicAccessRules: { defaultAction: body.outbound } },
    },
    ...(etag === undefined ? {} : { headers: { 'if-match': `"${bareEtag(etag)}"` } }),
  });
}

/** What the service takes an absent half or action for: Allow. */
export function policyOf(raw: RawItem): CommunicationPolicy {
  const action = (direction: 'inbound' | 'outbound') =>
    textAt(objectAt(objectAt(raw, direction), 'publicAccessRules'), 'defaultAction') ?? 'Allow';
  return { inbound: action('inbound'), outbound: action('outbound') };
}

/** Stored without quotes and weakness mark, since the service sends it bare and wants it quoted (section 11.1). */
function bareEtag(etag: string | undefined): string | undefined {
  const bare = etag
    ?.trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
  return bare === '' ? undefined : bare;
}
