// Values that people set, one concern at a time, and all of them mixed.
import type { Values } from './chart.ts';

const TENANT = '10000000-0000-4000-8000-000000000001';
const CLIENT = '20000000-0000-4000-8000-000000000002';
const identity = { tenantId: TENANT, clientId: CLIENT };

/** By concern: what it may be set to. The default needs no entry. */
export const CHOICES: Record<string, Record<string, Values>> = {
  replicas: { one: { replicaCount: 1 }, three: { replicaCount: 3, podDisruptionBudget: { maxUnavailable: 2 } } },
  image: {
    'by digest': {
      image: { repository: 'registry.example/flo', digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
      imagePullSecrets: [{ name: 'pull' }],
    },
  },
  names: { overridden: { fullnameOverride: 'links', commonLabels: { team: 'platform' } } },
  definitions: { 'applied by others': { crds: { install: false } } },
  namespaces: { listed: { watchNamespaces: ['team-a', 'team-b'], clusterId: 'blue' } },
  identity: {
    'workload identity': {
      identity: { ...identity, type: 'WorkloadIdentity' },
      ambientCredentialNamespaces: ['team-a'],
    },
    'client secret': {
      identity: { ...identity, type: 'ClientSecret', existingSecret: 'azure' },
      ambientCredentialNamespaces: ['team-a'],
    },
    certificate: {
      identity: { ...identity, type: 'Certificate', existingSecret: 'azure' },
      ambientCredentialNamespaces: ['team-a'],
    },
  },
  'workload identity of objects': {
    on: { workloadIdentity: { enabled: true, expirationSeconds: 7200 }, serviceAccount: { annotations: { a: 'b' } } },
  },
  account: { 'of others': { serviceAccount: { create: false, name: 'theirs' }, rbac: { create: false } } },
  secrets: {
    held: { secretFinalizer: true, rbac: { publish: { secrets: true, configMaps: false } } },
    named: { rbac: { secretNames: ['fabriclink-credentials'], aggregate: { view: false, edit: true } } },
  },
  clouds: {
    sovereign: {
      cloud: {
        authorityHost: 'https://login.microsoftonline.us',
        armUrl: 'https://management.usgovcloudapi.net',
        fabricUrl: 'https://api.fabric.example',
        graphUrl: 'https://graph.microsoft.us',
        armScope: 'https://management.usgovcloudapi.net/.default',
        fabricScope: 'https://api.fabric.example/.default',
        graphScope: 'https://graph.microsoft.us/.default',
      },
      nameservers: ['10.0.0.10', '10.0.0.11:5353'],
      privateRanges: ['203.0.113.0/24'],
    },
  },
  authorities: {
    'in a ConfigMap': { caBundle: { configMap: 'proxy-ca' } },
    'in a Secret': { caBundle: { secret: 'proxy-ca', key: 'bundle.pem' } },
  },
  pods: {
    'in detail': {
      resources: { limits: { memory: '2Gi', cpu: 1 }, requests: { memory: '1Gi' } },
      nodeOptions: '--enable-source-maps',
      logLevel: 'debug',
      extraEnv: [{ name: 'NO_COLOR', value: '1' }],
      extraVolumes: [{ name: 'scratch', emptyDir: { sizeLimit: '16Mi' } }],
      extraVolumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
      podLabels: { 'azure.workload.identity/use': 'true' },
      podAnnotations: { note: 'x' },
      nodeSelector: { pool: 'system' },
      tolerations: [{ key: 'system', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      topologySpread: { whenUnsatisfiable: 'DoNotSchedule' },
      priorityClassName: 'system-cluster-critical',
      health: { port: 9081, livenessProbe: { periodSeconds: 60 } },
    },
    'with next to nothing': {
      resources: null,
      topologySpread: { enabled: false },
      podDisruptionBudget: { enabled: false },
    },
    'on OpenShift': { podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } },
  },
  metrics: {
    off: { metrics: { enabled: false } },
    'for the Prometheus operator': {
      metrics: {
        port: 9080,
        serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
        prometheusRule: { enabled: true, groups: [{ name: 'mine', rules: [{ alert: 'Down', expr: 'up == 0' }] }] },
      },
    },
  },
  network: {
    open: { networkPolicy: { enabled: false } },
    narrow: {
      networkPolicy: {
        metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
        apiServerPorts: [6443],
        dnsPorts: [53, 5353],
        extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 3128, protocol: 'TCP' }] }],
      },
    },
  },
};

/** The default, each choice alone, and rows that mix all concerns: row n takes the n-th choice of each, from its own place on. */
export function rows(): [string, Values][] {
  const alone = Object.entries(CHOICES).flatMap(([concern, choices]) =>
    Object.entries(choices).map(([choice, values]): [string, Values] => [`${concern} ${choice}`, values]),
  );
  const mixed = Array.from({ length: 6 }, (_, row): [string, Values] => [
    `all mixed, row ${row + 1}`,
    Object.values(CHOICES)
      .map((choices, place) => Object.values(choices).at((row + place) % (Object.keys(choices).length + 1)) ?? {})
      .reduce<Values>(merged, {}),
  ]);
  return [['nothing set', {}], ...alone, ...mixed];
}

/** As helm merges values: objects by key, everything else replaced. */
function merged(under: Values, over: Values): Values {
  const both = Object.entries(over).map(([key, value]): [string, unknown] => {
    const below = under[key];
    return [key, isObject(value) && isObject(below) ? merged(below, value) : value];
  });
  return { ...under, ...Object.fromEntries(both) };
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
