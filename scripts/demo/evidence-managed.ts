// What proves each rung of a ManagedPrivateEndpoint: the target's side as ARM has it, the source's as Fabric has it. That
// both say the same is the proof; what the operator says of itself is only held against it.
import type { ManagedPrivateEndpoint } from '../../crds/managed-private-endpoint.ts';
import type { CloudReader } from './cloud-reader.ts';
import { serviceAt, type Witnesses } from './evidence.ts';
import { decisionCommand } from './rows.ts';

type State = { status?: string | null; description?: string | null };
type Row = {
  name: string;
  provisioningState: string;
  targetPrivateLinkResourceId: string;
  targetSubresourceType?: string;
  connectionState?: State | null;
};

/** One line a fact, in the order of the rungs. Throws when the two sides differ, or do not hold what the status says. */
export async function evidenceOfManaged(
  { metadata, spec, status }: ManagedPrivateEndpoint,
  { clouds }: Pick<Witnesses, 'clouds'>,
): Promise<string[]> {
  const refuse = (why: string): never => {
    throw new Error(`${metadata.name}: ${why}`);
  };
  const { endpointId, targetResourceId } = status ?? {};
  if (endpointId === undefined || targetResourceId === undefined) return refuse('nothing is asked for');
  const reader = clouds(spec.tenantId);
  const target = await targetOf(targetResourceId, reader);
  const expected = spec.target.expectedWorkspaceId?.toLowerCase();
  if (expected !== undefined && target.workspaceId !== expected) {
    refuse(`${targetResourceId} belongs to workspace ${target.workspaceId}`);
  }
  const path = `/v1/workspaces/${spec.workspaceId}/managedPrivateEndpoints/${endpointId}`;
  const row = (await reader.fabric(path)) as Row;
  if (row.targetPrivateLinkResourceId.toLowerCase() !== targetResourceId.toLowerCase()) {
    refuse(`Fabric’s endpoint leads to ${row.targetPrivateLinkResourceId}`);
  }
  const ending = `/${spec.workspaceId}.${row.name}`.toLowerCase();
  const requests = target.connections.filter(({ from }) => from.toLowerCase().endsWith(ending));
  const [request] = requests;
  if (!request || requests.length > 1) return refuse(`${requests.length} requests on the target bear its name`);
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
  const wanted = isReady ? 'Approved' : 'Pending';
  const shown = row.connectionState ?? {};
  for (const [side, state] of [['the target', request.state] as const, ['Fabric', shown] as const]) {
    if (state.status !== wanted) refuse(`Ready is ${isReady}, and ${side} shows ${state.status ?? 'nothing'}`);
  }
  const said = request.state.description ?? '';
  if (isReady && shown.description !== said) refuse(`Fabric shows "${shown.description}", the target "${said}"`);
  const isMarked = said.startsWith(`fabriclink:${metadata.uid}:`);
  if (isReady && spec.approval.mode === 'Auto' && !isMarked) refuse(`somebody else approved it: "${said}"`);
  return [
    `target        ${target.state} ${targetResourceId}`,
    `  workspace   ${target.workspaceId}, public access ${target.publicAccess}`,
    `requested     ${row.provisioningState} ${endpointId} "${row.name}", to ${row.targetSubresourceType ?? 'the resource'}`,
    `  from        ${request.from}`,
    `approval      ${spec.approval.mode}; on the target: ${request.state.status} "${said}"`,
    `  request     ${request.id}, the only one of that name`,
    `  Fabric      shows ${shown.status} "${shown.description ?? ''}"`,
    ...(isReady ? [] : [`  awaited     ${decisionCommand(status) ?? 'a decision on the target'}`]),
  ];
}

async function targetOf(id: string, reader: CloudReader) {
  const { properties } = await serviceAt(id, reader);
  const workspaceId = properties.workspaceId.toLowerCase();
  const { body } = await reader.policy(workspaceId);
  const { inbound } = body as { inbound?: { publicAccessRules?: { defaultAction?: string } } };
  return {
    state: properties.provisioningState ?? '?',
    workspaceId,
    publicAccess: inbound?.publicAccessRules?.defaultAction ?? '?',
    connections: (properties.privateEndpointConnections ?? []).map((connection) => ({
      id: connection.id,
      from: connection.properties.privateEndpoint?.id ?? '',
      state: connection.properties.privateLinkServiceConnectionState as State,
    })),
  };
}
