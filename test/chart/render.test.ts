// What real helm makes of the chart, over a matrix of values.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../operator/config.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { skipped } from '../api/skipped.ts';
import {
  CHART,
  environment,
  missing,
  NAMESPACE,
  only,
  podTemplate,
  type Rendered,
  render,
  run,
  tool,
  type Values,
} from './chart.ts';
import { CHOICES, rows } from './matrix.ts';

const helm = await tool('helm');

const CLUSTER_SCOPED = ['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'];
const fixture = join(import.meta.dirname, '../clients/fixtures/certificate.pem');

/** What the operator is told in a pod: files lie where the test has them, and Secrets hold something. */
function configOf(objects: readonly Rendered[]) {
  const fromSecrets = podTemplate(objects).spec.containers[0]!.env.filter(({ valueFrom }) => valueFrom !== undefined);
  const filled = Object.fromEntries(fromSecrets.map(({ name }) => [name, 'from-elsewhere']));
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', ...filled, ...environment(objects) };
  const certificate = env as Record<string, string>;
  if (certificate.AZURE_CLIENT_CERTIFICATE_PATH) certificate.AZURE_CLIENT_CERTIFICATE_PATH = fixture;
  return readConfig(env);
}

if (helm === undefined) skipped(missing('helm'));
else suite(helm);

function suite(helm: string): void {
  const reached = new Set<string>();

  describe.each(rows())('the chart with %s', (_name, values) => {
    let objects: Rendered[];
    beforeAll(async () => {
      objects = await render(helm, values);
      for (const { name } of podTemplate(objects).spec.containers[0]!.env) reached.add(name);
    });

    test('names, labels and places every object', () => {
      for (const { kind, metadata } of objects) {
        expect([kind, metadata.labels?.['app.kubernetes.io/instance']]).toEqual([kind, 'flo']);
        const isPlaced = metadata.namespace !== undefined;
        expect([kind, isPlaced]).toEqual([kind, !CLUSTER_SCOPED.includes(kind)]);
      }
      const ids = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
      expect(ids).toEqual([...new Set(ids)]);
    });

    test('has a pod that every selector finds and that the restricted standard admits', () => {
      const { metadata, spec } = podTemplate(objects);
      const selectors = objects.flatMap(({ kind, spec: of }) => {
        const { selector, podSelector } = (of ?? {}) as Record<string, Record<string, unknown> | undefined>;
        const found = (podSelector ?? selector) as { matchLabels?: object } | undefined;
        return found && kind !== 'ServiceMonitor' ? [found.matchLabels ?? found] : [];
      });
      expect(selectors.length).toBeGreaterThan(0);
      for (const selector of selectors) expect(metadata.labels).toMatchObject(selector);
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(spec.containers.map(({ securityContext }) => securityContext)).toEqual([
        {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      ]);
    });

    test('tells the operator only what it understands', () => {
      const { env } = podTemplate(objects).spec.containers[0]!;
      const names = env.map(({ name }) => name);
      expect(names).toEqual([...new Set(names)]);
      expect(configOf(objects)).toMatchObject({ ok: true, warnings: [] });
    });

    test('mounts what it names, and gives rights to the account that it runs as', () => {
      const { serviceAccountName, volumes = [], containers } = podTemplate(objects).spec;
      const mounted = (containers[0]!.volumeMounts ?? []).map(({ name }) => name);
      expect(mounted).toEqual(volumes.map(({ name }) => name));
      const subject = { kind: 'ServiceAccount', name: serviceAccountName, namespace: NAMESPACE };
      const subjects = objects.flatMap((object) => (object.subjects as object[] | undefined) ?? []);
      expect(subjects).toEqual(subjects.map(() => subject));
    });

    test('has no wildcard in any role', () => {
      expect(JSON.stringify(objects.filter(({ rules }) => rules))).not.toContain('*');
    });
  });

  test('helm lint has nothing to say', async () => {
    expect(await run(helm, ['lint', '--strict', '--quiet', CHART])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('Chart, operator and package are of one version', async () => {
    const { stdout } = await run(helm, ['show', 'chart', CHART]);
    expect(stdout).toContain(`version: ${packageJson.version}\n`);
    expect(stdout).toContain(`appVersion: ${packageJson.version}\n`);
  });

  test('every setting of the operator is reached by some of these values', () => {
    const source = readFileSync(join(import.meta.dirname, '../../operator/config.ts'), 'utf8');
    const known = new Set([...source.matchAll(/'((?:FABRICLINK|AZURE)_[A-Z_]+)'/g)].map(([, name]) => name));
    // Two replicas need the election; NODE_EXTRA_CA_CERTS does what the file does; only simulated clouds scale time.
    const others = ['FABRICLINK_LEADER_ELECTION', 'FABRICLINK_CA_FILE', 'FABRICLINK_TIME_SCALE'];
    expect([...known].filter((name) => !reached.has(name!) && !others.includes(name!))).toEqual([]);
  });

  test.each([
    ['768Mi', 576],
    ['2Gi', 1856],
    ['256Mi', 128],
    ['1000M', 761],
    ['536870912', 320],
  ])('of %s of memory the heap gets %i MiB', async (memory, heapMiB) => {
    const { NODE_OPTIONS } = environment(await render(helm, { resources: { limits: { memory } } }));
    expect(NODE_OPTIONS).toBe(`--max-old-space-size=${heapMiB}`);
  });

  test('with namespaces listed, nothing but the cluster’s name is read outside of them', async () => {
    const objects = await render(helm, { watchNamespaces: ['team-a', 'team-b'] });
    expect(
      only(
        objects.filter(({ metadata }) => !metadata.name.endsWith('-view')),
        'ClusterRole',
      ).rules,
    ).toEqual([{ apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] }]);
    const roles = objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.namespace);
    expect(new Set(roles)).toEqual(new Set([NAMESPACE, 'team-a', 'team-b']));
  });

  test.each([
    ['the operator’s own workload identity', CHOICES.identity!['workload identity']!, '/token', undefined],
    ['workload identity of objects', CHOICES['workload identity of objects']!.on!, undefined, '/token'],
    ['no workload identity', {}, undefined, undefined],
  ])('with %s, nobody else gets the token', async (_name, values, own, ofSecrets) => {
    const read = configOf(await render(helm, values));
    if (!read.ok) throw new Error(read.problems.join());
    const ends = (path: string | undefined) => path?.replace(/^.*(?=\/)/, '');
    expect(ends(read.config.ambient?.federatedTokenFile)).toBe(own);
    expect(ends(read.config.federatedTokenFile)).toBe(ofSecrets);
  });

  test('what the operator asks for names is let out, also where it is told of other ports', async () => {
    const nameservers = ['10.0.0.10', '10.0.0.11:5353', 'fd00::53', '[fd00::54]:5354'];
    const { egress } = only(await render(helm, { nameservers }), 'NetworkPolicy').spec as {
      egress: { ports: { port: number; protocol: string }[] }[];
    };
    expect(egress[0]!.ports).toEqual(
      [53, 5353, 5354].flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ port, protocol }))),
    );
  });

  test('names that YAML would read as numbers stay names', async () => {
    const identity = { ...CHOICES.identity!.certificate!.identity!, existingSecret: '0123' };
    const values = { watchNamespaces: ['123', '1e5'], identity, caBundle: { configMap: '456', key: '7' } };
    const objects = await render(helm, values);
    const namespaces = objects.flatMap(({ kind, metadata }) => (kind === 'Role' ? [metadata.namespace] : []));
    expect(namespaces).toEqual([NAMESPACE, '123', '1e5']);
    const { volumes } = podTemplate(objects).spec;
    expect(volumes).toMatchObject([
      { secret: { secretName: '0123' } },
      { configMap: { name: '456', items: [{ key: '7', path: '7' }] } },
    ]);
  });

  test('definitions are kept when the release goes', async () => {
    const definitions = (await render(helm, {})).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions.map(({ metadata }) => metadata.annotations)).toEqual(
      Array.from({ length: 3 }, () => ({ 'helm.sh/resource-policy': 'keep' })),
    );
  });

  const refused: Record<string, [Values, string]> = {
    'a value that does not exist': [{ replicas: 3 }, "additional properties 'replicas' not allowed"],
    'a value of the wrong kind': [{ replicaCount: 'two' }, "at '/replicaCount': got string, want integer"],
    'a digest that is none': [{ image: { digest: 'sha256:abc' } }, "at '/image/digest': 'sha256:abc' does not match"],
    'a cloud without TLS': [{ cloud: { armUrl: 'http://x' } }, "at '/cloud/armUrl': 'http://x' does not match"],
    'a word that is not in the list': [{ logLevel: 'trace' }, "at '/logLevel': value must be one of 'debug', 'info'"],
    'namespaces for an identity that is not there': [
      { ambientCredentialNamespaces: ['team-a'] },
      'set identity.type, or empty the list',
    ],
    'namespaces for the identity that are not watched': [
      {
        watchNamespaces: ['team-b'],
        ambientCredentialNamespaces: ['team-a'],
        identity: {
          type: 'WorkloadIdentity',
          tenantId: '10000000-0000-4000-8000-000000000001',
          clientId: '20000000-0000-4000-8000-000000000002',
        },
      },
      'team-a is not among watchNamespaces',
    ],
    'an identity without ids': [{ identity: { type: 'WorkloadIdentity' } }, 'identity.tenantId and identity.clientId'],
    'a client secret without a Secret': [
      {
        identity: {
          type: 'ClientSecret',
          tenantId: '10000000-0000-4000-8000-000000000001',
          clientId: '20000000-0000-4000-8000-000000000002',
        },
      },
      'name the Secret that holds it in identity.existingSecret',
    ],
    'one port for two': [{ metrics: { port: 8081 } }, 'give them two ports'],
    'two bundles': [{ caBundle: { configMap: 'a', secret: 'b' } }, 'name a ConfigMap or a Secret, not both'],
    'Secrets that are held but may not be listed': [
      { secretFinalizer: true, rbac: { secretNames: ['x'] } },
      'empty rbac.secretNames, or switch the finalizer off',
    ],
    'too little memory': [{ resources: { limits: { memory: '100Mi' } } }, 'give it 256Mi or more'],
    'memory that is no quantity': [{ resources: { limits: { memory: '1 GB' } } }, 'is no quantity such as 768Mi'],
    'a budget that protects nothing': [
      { podDisruptionBudget: { maxUnavailable: 2 } },
      'must be less than replicaCount',
    ],
    'a variable that a value sets': [
      { extraEnv: [{ name: 'NODE_OPTIONS', value: 'x' }] },
      'is set by a value of the chart',
    ],
    'a variable that the chart has set': [
      { extraEnv: [{ name: 'FABRICLINK_LOG_LEVEL', value: 'debug' }] },
      'FABRICLINK_LOG_LEVEL is set by a value of the chart',
    ],
    'alerts, of which there are none yet': [{ metrics: { prometheusRule: { enabled: true } } }, 'brings no alerts'],
    'dashboards, of which there are none yet': [{ metrics: { dashboards: { enabled: true } } }, 'brings no dashboards'],
    'a monitor for metrics that are off': [
      { metrics: { enabled: false, serviceMonitor: { enabled: true } } },
      'nothing to scrape',
    ],
    'somebody else’s account without its name': [{ serviceAccount: { create: false } }, 'name an existing one'],
  };
  test.each(Object.entries(refused))('%s is refused, with what to change', async (_name, [values, says]) => {
    await expect(render(helm, values)).rejects.toThrow(says);
  });
}
