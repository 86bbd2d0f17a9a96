type ManagedOrigin = { subscriptionId: string; region?: string; workspaceId: string; name: string };

/**
 * The id of a managed private endpoint in its managed network, as recorded (users.md, finding 4 [O]): in a subscription
 * of Microsoft's, in a group named after its first eight digits, ending in `{workspaceId}.{name}`.
 */
export function managedEndpointId({ subscriptionId, region = 'WestEurope', workspaceId, name }: ManagedOrigin): string {
  const group = `vnet-${subscriptionId.slice(0, 8)}-${region}-1-rg`;
  return `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${workspaceId}.${name}`;
}
