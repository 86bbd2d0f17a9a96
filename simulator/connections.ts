import type { Cloud } from './cloud.ts';

/** privateLinkServiceConnectionState of ARM (cloud-apis section 8). */
export type ConnectionState = {
  status: 'Pending' | 'Approved' | 'Rejected' | 'Disconnected';
  description: string;
  actionsRequired: string;
};

/** What a private endpoint learns about the resource that it wants to reach. */
export type LinkTarget = {
  resourceId: string;
  /** Entra tenant that owns the resource's subscription. */
  tenantId: string;
  groups: { groupId: string; members: { member: string; fqdns: string[] }[] }[];
};

export type ConnectionRequest = {
  /** ARM id of the private endpoint; of a managed one it lies in a Microsoft-owned subscription. */
  privateEndpointId: string;
  targetId: string;
  groupId: string;
  /** Auto only after the caller's rights on the target have been checked: it is approved at once. */
  mode: 'Manual' | 'Auto';
  message: string;
};

/**
 * The target's side, one implementation per resource type. `simulator/arm/fabric` provides
 * Microsoft.Fabric/privateLinkServicesForFabric.
 */
export type LinkProvider = {
  /** Lower-case ARM type. */
  type: string;
  find(cloud: Cloud, targetId: string): LinkTarget | undefined;
  /** Records the connection. Throws Refusal when the target takes no more. */
  request(cloud: Cloud, request: ConnectionRequest): ConnectionState;
  /** The endpoint is gone: the connection goes too, unless it `leaves` a mark. Silent when there is none. */
  withdraw(cloud: Cloud, connection: Withdrawal): void;
};

export type Withdrawal = {
  privateEndpointId: string;
  targetId: string;
  /** What the target still shows of it. Absent: nothing. */
  leaves?: 'Disconnected';
};

/** The consumer's side: told when the target approves, rejects or removes a connection. */
export type DecisionListener = (
  cloud: Cloud,
  decision: { privateEndpointId: string; targetId: string; state: ConnectionState },
) => void;

export type Connections = {
  provide(provider: LinkProvider): void;
  onDecision(listener: DecisionListener): void;
  find(cloud: Cloud, targetId: string): LinkTarget | undefined;
  request(cloud: Cloud, request: ConnectionRequest): ConnectionState;
  withdraw(cloud: Cloud, connection: Withdrawal): void;
  /** Called by the provider after each change of a connection's state on the target's side; removal is `Disconnected`. */
  decided: DecisionListener;
};

/** Lower-case `provider.namespace/type` of a top-level ARM resource id. */
export function resourceTypeOf(resourceId: string): string {
  const match = /\/providers\/([^/]+)\/([^/]+)\/[^/]+$/i.exec(resourceId);
  return match ? `${match[1]}/${match[2]}`.toLowerCase() : '';
}

/** Joins the two sides of private link connections without either knowing the other. */
export function createConnections(): Connections {
  const providers = new Map<string, LinkProvider>();
  const listeners: DecisionListener[] = [];
  const providerOf = (targetId: string) => providers.get(resourceTypeOf(targetId));
  return {
    provide: (provider) => void providers.set(provider.type, provider),
    onDecision: (listener) => void listeners.push(listener),
    find: (cloud, targetId) => providerOf(targetId)?.find(cloud, targetId),
    request(cloud, request) {
      const provider = providerOf(request.targetId);
      if (!provider) throw new Error(`no private link provider for ${request.targetId}`);
      return provider.request(cloud, request);
    },
    withdraw: (cloud, connection) => providerOf(connection.targetId)?.withdraw(cloud, connection),
    decided(cloud, decision) {
      for (const listener of listeners) listener(cloud, decision);
    },
  };
}
