import type { Clock } from '../clock.ts';
import { createApprovals } from './arm/approvals.ts';
import { createNetwork } from './arm/network.ts';
import { createPrivateDns } from './arm/private-dns.ts';
import { createPrivateEndpoints } from './arm/private-endpoints.ts';
import { createPrivateLinkServices } from './arm/private-link-services.ts';
import { createProviders } from './arm/providers.ts';
import { createVirtualNetworks } from './arm/virtual-networks.ts';
import { createBudgets } from './budget.ts';
import type { Clouds, TenantClients } from './clouds.ts';
import { type AmbientIdentity, createCredentials, type Resolved } from './credentials.ts';
import { createDnsClient, type NameServer } from './dns.ts';
import { createExchange, type Exchange, type RequestRecord, type Speaker } from './exchange.ts';
import { createFabricClient } from './fabric/client.ts';
import { CREATION_APART_MS } from './fabric/managed-private-endpoints.ts';
import { createGate } from './gate.ts';
import { createGraphClient } from './graph/client.ts';
import type { Transport } from './http.ts';
import type { RequestToken } from './identity-types.ts';
import type { KubeClient } from './kube/types.ts';
import { createObserverCache } from './observer-cache.ts';
import { createTokens } from './tokens.ts';

export type CloudConfig = {
  armUrl: string;
  fabricUrl: string;
  graphUrl: string;
  authorityHost: string;
  armScope: string;
  fabricScope: string;
  graphScope: string;
  /** FABRICLINK_NAMESERVERS; empty: the system's. */
  nameservers: readonly NameServer[];
  privateRanges: readonly string[];
  ambientNamespaces: readonly string[];
  /** The operator's own identity; undefined: it has none. */
  ambient?: AmbientIdentity | undefined;
  /** AZURE_FEDERATED_TOKEN_FILE: for Secrets that ask for workload identity. */
  federatedTokenFile?: string | undefined;
};

export type CloudOptions = {
  transport: Transport;
  kube: Pick<KubeClient, 'get'>;
  clock: Clock;
  config: CloudConfig;
  /** Told of every finished request to ARM, Fabric and Graph: metrics and audit trail. Must not throw. */
  onRequest?: (record: RequestRecord) => void;
  /** Where tokens come from; default: @azure/identity, loaded with the first request. */
  requestToken?: RequestToken;
};

export type CloudFactory = Clouds & {
  /** A credentials Secret changed, appeared or went: the next pass reads it. */
  invalidateSecret(namespace: string, name: string): void;
};

/** Identities that nobody has used for this long are forgotten. */
const UNUSED_AFTER_MS = 6 * 3_600_000;

/** Every cloud client of the process, over one transport, one set of budgets, one cache. */
export function createClouds(options: CloudOptions): CloudFactory {
  const { transport, kube, clock, config } = options;
  const credentials = createCredentials({
    kube,
    clock,
    ambientNamespaces: config.ambientNamespaces,
    ambient: config.ambient,
    federatedTokenFile: config.federatedTokenFile,
  });
  const shared = {
    clock,
    tokens: createTokens(clock, options.requestToken ?? lazyTokenRequests(transport, config.authorityHost)),
    observers: createObserverCache(clock),
    gate: createGate(clock),
    creations: createGate(clock, CREATION_APART_MS),
    dns: createDnsClient({ nameservers: config.nameservers, privateRanges: config.privateRanges }),
    exchange: createExchange({
      transport,
      clock,
      budgets: createBudgets(clock),
      ...(options.onRequest ? { onRequest: options.onRequest } : {}),
    }),
  };
  /** One set of clients per proven identity; what it has been shown belongs to it alone. */
  const known = new Map<string, { clients: Omit<TenantClients, 'access'>; usedAtMs: number }>();

  const clientsOf = (resolved: Resolved): Omit<TenantClients, 'access'> => {
    const nowMs = clock.now();
    let entry = known.get(resolved.fingerprint);
    if (!entry) {
      for (const [key, other] of known) if (nowMs - other.usedAtMs > UNUSED_AFTER_MS) known.delete(key);
      known.set(resolved.fingerprint, (entry = { clients: buildClients(resolved, shared, config), usedAtMs: nowMs }));
    }
    entry.usedAtMs = nowMs;
    return entry.clients;
  };

  return {
    async forTenant(query, call) {
      const resolved = await credentials.resolve(query, call.signal);
      return { access: resolved.access, ...clientsOf(resolved) };
    },
    dns: shared.dns,
    invalidateSecret: (namespace, name) => credentials.invalidateSecret(namespace, name),
  };
}

type Shared = {
  clock: Clock;
  tokens: ReturnType<typeof createTokens>;
  observers: ReturnType<typeof createObserverCache>;
  gate: ReturnType<typeof createGate>;
  creations: ReturnType<typeof createGate>;
  dns: ReturnType<typeof createDnsClient>;
  exchange: Exchange;
};

function buildClients(resolved: Resolved, shared: Shared, config: CloudConfig): Omit<TenantClients, 'access'> {
  const { clock, observers, gate, dns, exchange } = shared;
  const { tenantId, identity } = resolved.access;
  const base = { clock, observers, identity, cacheKey: resolved.fingerprint };
  const armSpeaker = speakerOf(resolved, shared.tokens, config.armScope);
  const fabricSpeaker = speakerOf(resolved, shared.tokens, config.fabricScope);
  const graphSpeaker = speakerOf(resolved, shared.tokens, config.graphScope);
  const armContext = {
    ...base,
    armUrl: config.armUrl,
    tenantId,
    gate,
    exchange: (request: Parameters<Exchange>[1], call: Parameters<Exchange>[2]) => exchange(armSpeaker, request, call),
  };
  const network = createNetwork(armContext);
  const privateLinkServices = createPrivateLinkServices(armContext);
  return {
    arm: {
      privateLinkServices,
      privateEndpoints: createPrivateEndpoints(armContext, network),
      privateDns: createPrivateDns(armContext),
      virtualNetworks: createVirtualNetworks(armContext, network),
      providers: createProviders(armContext),
      approvals: createApprovals(armContext, privateLinkServices),
    },
    fabric: createFabricClient({
      ...base,
      fabricUrl: config.fabricUrl,
      tenantId,
      dns,
      creations: shared.creations,
      exchange: (request, call) => exchange(fabricSpeaker, request, call),
    }),
    graph: createGraphClient({
      ...base,
      graphUrl: config.graphUrl,
      exchange: (request, call) => exchange(graphSpeaker, request, call),
    }),
  };
}

/** Binds an identity to one audience: its token for ARM never meets Fabric, and the other way round. */
function speakerOf({ access, credential, fingerprint }: Resolved, tokens: Shared['tokens'], scope: string): Speaker {
  return {
    tenantId: access.tenantId,
    identity: access.identity,
    token: () => tokens.get(credential, fingerprint, scope),
    dropToken: (token) => tokens.drop(fingerprint, scope, token),
  };
}

function lazyTokenRequests(transport: Transport, authorityHost: string): RequestToken {
  let loaded: Promise<RequestToken> | undefined;
  return async (credential, scope) => {
    loaded ??= import('./identity-sdk.ts').then(({ createTokenRequests }) =>
      createTokenRequests({ transport, authorityHost }),
    );
    return (await loaded)(credential, scope);
  };
}
