import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import type { LogLevel } from './log.ts';

/** Everything that the operator is told from outside, read once at start from the environment. */
export type Config = {
  /** Path of a kubeconfig; undefined inside a cluster. */
  kubeconfig: string | undefined;
  podName: string;
  /** undefined: that of the service account or of the kubeconfig's context. */
  podNamespace: string | undefined;
  /**
   * Certificates (PEM) to trust beside those of Node, from FABRICLINK_CA_FILE: for a proxy that inspects TLS, or for
   * simulated clouds. NODE_EXTRA_CA_CERTS does the same where it can be set before Node starts.
   */
  authorities: readonly string[];
  authorityHost: string;
  armUrl: string;
  fabricUrl: string;
  graphUrl: string;
  armScope: string;
  fabricScope: string;
  graphScope: string;
  /** Empty: the system's resolver. */
  nameservers: readonly { address: string; port: number }[];
  /** CIDRs that count as private beside RFC 1918 and RFC 6598: Azure lets virtual networks use public ranges. */
  privateRanges: readonly string[];
  /** Published durations are divided by this; 1 in production. */
  timeScale: number;
  /** Empty: all namespaces. */
  watchNamespaces: readonly string[];
  /** Namespaces whose objects may use the operator's own identity; empty: none. */
  ambientNamespaces: readonly string[];
  /** The operator's own identity, as workload identity injects it (AZURE_TENANT_ID, AZURE_CLIENT_ID and a proof). */
  ambient:
    | {
        tenantId: string;
        clientId: string;
        clientSecret?: string;
        certificateFile?: string;
        certificatePassword?: string;
        federatedTokenFile?: string;
      }
    | undefined;
  /** For Secrets that ask for workload identity; undefined where FABRICLINK_WORKLOAD_IDENTITY_CREDENTIALS refuses them. */
  federatedTokenFile: string | undefined;
  leaderElection: boolean;
  /** Secrets that are used carry a finalizer until their last user is gone; needs the right to list and patch them. */
  secretFinalizer: boolean;
  /** undefined: the uid of the kube-system namespace. */
  clusterId: string | undefined;
  /** undefined: not served. */
  metricsAddress: ListenAddress | undefined;
  healthAddress: ListenAddress | undefined;
  logLevel: LogLevel;
};

export type ListenAddress = { host: string; port: number };

export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigResult = { ok: true; config: Config; warnings: string[] } | { ok: false; problems: string[] };

const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
/** RFC 1123 label: what a namespace name may be. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** The cluster id becomes part of an Azure tag value and of one dotted name: no dots, no slashes. */
const CLUSTER_ID = /^[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

/** Reads every setting and lists every problem at once, each naming the variable and what it should hold. */
export function readConfig(env: Environment): ConfigResult {
  const problems: string[] = [];
  const read = reader(env, problems);
  const config: Config = {
    kubeconfig: read.readableFile('KUBECONFIG'),
    podName: env['POD_NAME'] || env['HOSTNAME'] || 'fabric-link-operator',
    podNamespace: read.namespaces('POD_NAMESPACE')[0],
    authorities: read.certificates('FABRICLINK_CA_FILE'),
    authorityHost: read.httpsUrl('AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com'),
    armUrl: read.httpsUrl('FABRICLINK_ARM_URL', 'https://management.azure.com'),
    fabricUrl: read.httpsUrl('FABRICLINK_FABRIC_URL', 'https://api.fabric.microsoft.com'),
    graphUrl: read.httpsUrl('FABRICLINK_GRAPH_URL', 'https://graph.microsoft.com'),
    armScope: read.scope('FABRICLINK_ARM_SCOPE', 'https://management.azure.com/.default'),
    fabricScope: read.scope('FABRICLINK_FABRIC_SCOPE', 'https://api.fabric.microsoft.com/.default'),
    graphScope: read.scope('FABRICLINK_GRAPH_SCOPE', 'https://graph.microsoft.com/.default'),
    nameservers: read.nameservers('FABRICLINK_NAMESERVERS'),
    privateRanges: read.cidrs('FABRICLINK_PRIVATE_RANGES'),
    timeScale: read.timeScale('FABRICLINK_TIME_SCALE'),
    watchNamespaces: read.namespaces('FABRICLINK_WATCH_NAMESPACES'),
    ambientNamespaces: read.namespaces('FABRICLINK_AMBIENT_NAMESPACES'),
    ambient: ambientIdentity(env, read.readableFile('AZURE_CLIENT_CERTIFICATE_PATH')),
    federatedTokenFile: read.boolean('FABRICLINK_WORKLOAD_IDENTITY_CREDENTIALS', true)
      ? env['AZURE_FEDERATED_TOKEN_FILE'] || undefined
      : undefined,
    leaderElection: read.boolean('FABRICLINK_LEADER_ELECTION', true),
    secretFinalizer: read.boolean('FABRICLINK_SECRET_FINALIZER', false),
    clusterId: read.clusterId('FABRICLINK_CLUSTER_ID'),
    metricsAddress: read.address('FABRICLINK_METRICS_ADDRESS', { host: '', port: 8080 }),
    healthAddress: read.address('FABRICLINK_HEALTH_ADDRESS', { host: '', port: 8081 }),
    logLevel: read.oneOf('FABRICLINK_LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  if (config.kubeconfig === undefined && !env['KUBERNETES_SERVICE_HOST'] && !env['KUBECONFIG']) {
    problems.push('KUBECONFIG: not set, and this is no pod of a cluster; set it to the path of a kubeconfig file');
  }
  if (config.ambientNamespaces.length > 0 && config.ambient === undefined) {
    problems.push(
      'FABRICLINK_AMBIENT_NAMESPACES: names namespaces, but the operator has no identity of its own; set AZURE_TENANT_ID, ' +
        'AZURE_CLIENT_ID and one of AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH, or remove it',
    );
  }
  if (config.timeScale !== 1) {
    for (const [name, url] of clouds(config)) {
      if (!isLoopback(url)) {
        problems.push(
          `FABRICLINK_TIME_SCALE: is ${config.timeScale}, which only simulated clouds allow, but ${name} is ${url}; remove it`,
        );
      }
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const warnings =
    config.timeScale === 1
      ? []
      : [
          `published delays and quotas are divided by ${config.timeScale} (FABRICLINK_TIME_SCALE): for simulated clouds only`,
        ];
  return { ok: true, config, warnings };
}

/** Undefined unless tenant, client and a proof are all there: workload identity's webhook injects them together. */
function ambientIdentity(env: Environment, certificateFile: string | undefined): Config['ambient'] {
  const tenantId = env['AZURE_TENANT_ID'];
  const clientId = env['AZURE_CLIENT_ID'];
  const clientSecret = env['AZURE_CLIENT_SECRET'];
  const certificatePassword = env['AZURE_CLIENT_CERTIFICATE_PASSWORD'];
  const federatedTokenFile = env['AZURE_FEDERATED_TOKEN_FILE'];
  if (!tenantId || !clientId || !(clientSecret || certificateFile || federatedTokenFile)) return undefined;
  return {
    tenantId,
    clientId,
    ...(clientSecret && { clientSecret }),
    ...(certificateFile && { certificateFile }),
    ...(certificateFile && certificatePassword && { certificatePassword }),
    ...(federatedTokenFile && { federatedTokenFile }),
  };
}

function clouds(config: Config): [string, string][] {
  return [
    ['AZURE_AUTHORITY_HOST', config.authorityHost],
    ['FABRICLINK_ARM_URL', config.armUrl],
    ['FABRICLINK_FABRIC_URL', config.fabricUrl],
    ['FABRICLINK_GRAPH_URL', config.graphUrl],
  ];
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
  if (host === 'localhost') return true;
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

function reader(env: Environment, problems: string[]) {
  const problem = (name: string, what: string) => {
    problems.push(`${name}: ${what}`);
  };
  const list = (name: string): string[] =>
    (env[name] ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  const textOf = (name: string): string | undefined => {
    const path = env[name];
    if (!path) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      problem(name, `cannot read "${path}" (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
      return undefined;
    }
  };
  const httpsUrl = (name: string, fallback: string): string => {
    const text = env[name] || fallback;
    if (!URL.canParse(text) || new URL(text).protocol !== 'https:') {
      problem(name, `"${text}" is no https URL; tokens are only sent over TLS`);
      return fallback;
    }
    return text.replace(/\/+$/, '');
  };
  return {
    httpsUrl,
    scope(name: string, fallback: string): string {
      const text = env[name] || fallback;
      if (!text.endsWith('/.default'))
        problem(name, `"${text}" must end with /.default (client credentials ask for the resource's default scope)`);
      return text;
    },
    readableFile: (name: string): string | undefined => (textOf(name) === undefined ? undefined : env[name]),
    certificates(name: string): string[] {
      const text = textOf(name);
      const found = text?.match(CERTIFICATE) ?? [];
      if (text !== undefined && found.length === 0) problem(name, `"${env[name]}" holds no PEM certificate`);
      return found;
    },
    nameservers(name: string): { address: string; port: number }[] {
      return list(name).flatMap((entry) => {
        const { host, port } = splitAddress(entry, 53) ?? { host: '', port: 0 };
        if (!ipaddr.isValid(host)) {
          problem(name, `"${entry}" is no IP address, or address:port`);
          return [];
        }
        return [{ address: host, port }];
      });
    },
    cidrs(name: string): string[] {
      return list(name).filter((entry) => {
        const valid = ipaddr.isValidCIDR(entry);
        if (!valid) problem(name, `"${entry}" is no range such as 203.0.113.0/24`);
        return valid;
      });
    },
    timeScale(name: string): number {
      const scale = Number(env[name] || '1');
      if (Number.isFinite(scale) && scale >= 1 && scale <= 100_000) return scale;
      problem(name, `"${env[name]}" is no number from 1 to 100000`);
      return 1;
    },
    namespaces(name: string): string[] {
      return list(name).filter((entry) => {
        const valid = NAMESPACE.test(entry);
        if (!valid) problem(name, `"${entry}" is no namespace name`);
        return valid;
      });
    },
    clusterId(name: string): string | undefined {
      const text = env[name];
      if (!text || CLUSTER_ID.test(text)) return text || undefined;
      problem(name, `"${text}" must be letters, digits and dashes, at most 63`);
      return undefined;
    },
    boolean(name: string, fallback: boolean): boolean {
      const text = env[name];
      if (!text) return fallback;
      if (text === 'true' || text === 'false') return text === 'true';
      problem(name, `"${text}" is neither true nor false`);
      return fallback;
    },
    address(name: string, fallback: ListenAddress): ListenAddress | undefined {
      const text = env[name];
      if (!text) return fallback;
      if (text === '0') return undefined;
      const address = splitAddress(text, undefined);
      if (address && (address.host === '' || ipaddr.isValid(address.host))) return address;
      problem(name, `"${text}" must be :port or address:port, or 0 to switch it off`);
      return fallback;
    },
    oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
      const text = env[name];
      if (!text) return fallback;
      const found = allowed.find((value) => value === text);
      if (!found) problem(name, `"${text}" must be one of ${allowed.join(', ')}`);
      return found ?? fallback;
    },
  };
}

/** `host:port`, `[v6]:port`, `:port`, or a bare host where a default port is given. */
function splitAddress(text: string, defaultPort: number | undefined): ListenAddress | undefined {
  if (defaultPort !== undefined && ipaddr.isValid(text)) return { host: text, port: defaultPort };
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[3]);
  return port <= 65_535 ? { host: match[1] ?? match[2] ?? '', port } : undefined;
}
