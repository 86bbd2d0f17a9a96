// What a real API server makes of the rendered chart: its own OpenAPI through kubeconform, and its admission.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { type Binaries, findBinaries, provideBinaries } from '../../scripts/kube-apiserver/binaries.ts';
import { type KubeApiServer, startKubeApiServer } from '../../scripts/kube-apiserver/start.ts';
import { createApiClient } from '../api/api-client.ts';
import { aWorkspacePrivateLink } from '../api/builders.ts';
import { skipped } from '../api/skipped.ts';
import { eventually } from '../support/virtual-clock.ts';
import { CHART, missing, NAMESPACE, objectsIn, type Pod, podTemplate, render, renderText, run, tool } from './chart.ts';
import { rows } from './matrix.ts';
import { LOCATION, writeSchemas } from './openapi-schemas.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const binaries = process.env.REQUIRE_REAL === '1' ? await provideBinaries(say) : await findBinaries();
const [helm, kubeconform] = await Promise.all([tool('helm'), tool('kubeconform')]);

if (!binaries) skipped('no kube-apiserver and etcd here: `node scripts/kube-apiserver.ts --prepare` gets them');
else if (!helm) skipped(missing('helm'));
else if (!kubeconform) skipped(missing('kubeconform'));
else suite(binaries, helm, kubeconform);

/** Of the Prometheus operator, whose definitions a bare API server does not have. */
const UNKNOWN_THERE = ['ServiceMonitor', 'PrometheusRule'];

function suite({ kubectl, ...others }: Binaries, helm: string, kubeconform: string): void {
  describe('the chart before a real API server', () => {
    let server: KubeApiServer;
    let api: ReturnType<typeof createApiClient>;
    let folder: string;
    let schemas = 0;

    beforeAll(async () => {
      server = await startKubeApiServer({ kubectl, ...others });
      api = createApiClient(server);
      folder = await mkdtemp(join(tmpdir(), 'chart-'));
      schemas = await writeSchemas(folder, async (path) => (await api.call('GET', path)).body);
      const restricted = Object.fromEntries(
        ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
      );
      for (const name of [NAMESPACE, 'team-a', 'team-b']) {
        const metadata = { name, ...(name === NAMESPACE && { labels: restricted }) };
        const { status } = await api.call('POST', '/api/v1/namespaces', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata,
        });
        expect(status).toBe(201);
      }
    }, 120_000);
    afterAll(async () => {
      await api?.close();
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const conform = async (text: string) => {
      const location = ['-schema-location', join(folder, LOCATION)];
      return run(kubeconform, ['-strict', '-summary', '-skip', UNKNOWN_THERE.join(','), ...location], text);
    };
    const dryRun = (objects: readonly object[]) => {
      const text = objects.map((object) => stringify(object)).join('---\n');
      const args = [
        '--kubeconfig',
        server.kubeconfigPath,
        'create',
        '--dry-run=server',
        '--validate=strict',
        '-f',
        '-',
      ];
      return run(kubectl, args, text);
    };

    test('fits the schemas that the server publishes, whatever is set', async () => {
      expect(schemas).toBeGreaterThan(60);
      const texts = await Promise.all(rows().map(([, values]) => renderText(helm, values)));
      const { stdout, code } = await conform(texts.join('\n---\n'));
      expect(stdout).toMatch(/Valid: \d+, Invalid: 0, Errors: 0, Skipped: \d+\n$/);
      expect(Number(/Valid: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(rows().length * 5);
      expect(code).toBe(0);
    }, 60_000);

    test('would not, if a field were misspelt or of another type', async () => {
      const text = await renderText(helm, {});
      const misspelt = await conform(text.replace('enableServiceLinks:', 'enableServiceLink:'));
      expect(misspelt.stdout).toMatch(/additional properties 'enableServiceLink' not allowed/);
      const mistyped = await conform(text.replace('replicas: 2', 'replicas: two'));
      expect(mistyped.stdout).toMatch(/\/spec\/replicas.*got string, want integer/);
    });

    test.each(rows().filter(([name]) => /nothing set|listed|row 2|OpenShift/.test(name)))(
      'is admitted with %s, without a warning, where the restricted standard is enforced',
      async (_name, values) => {
        const objects = (await render(helm, values)).filter(({ kind }) => !UNKNOWN_THERE.includes(kind));
        const all = [...objects, podOf(podTemplate(objects).spec)];
        expect(await dryRun(all)).toMatchObject({ code: 0, stderr: '' });
      },
      60_000,
    );

    describe('over the life of a release', () => {
      const KINDS = ['workspaceprivatelinks', 'managedprivateendpoints', 'crosstenantmappings'];
      const withHelm = (...args: string[]) =>
        run(helm, [...args, '--namespace', NAMESPACE, '--kubeconfig', server.kubeconfigPath]);
      const objectPath = `/apis/fabriclink.dev/v1alpha1/namespaces/team-a/workspaceprivatelinks/kept`;
      const definition = async (kind: string) => (await api.getCrd(`${kind}.fabriclink.dev`)).body as Definition;
      const deployed = async () => {
        const { body } = await api.call('GET', `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`);
        return (body as { items: { spec: { replicas: number } }[] }).items.map(({ spec }) => spec.replicas);
      };

      test('installs, upgrades the definitions, and goes without taking objects or definitions along', async () => {
        expect(await withHelm('install', 'flo', CHART)).toMatchObject({ code: 0 });
        expect(await deployed()).toEqual([2]);
        const kept = aWorkspacePrivateLink('kept');
        Object.assign(kept.metadata, { namespace: 'team-a', finalizers: ['fabriclink.dev/finalizer'] });
        await untilServed(() => api.create(kept, 'team-a'));

        const [first] = (await definition(KINDS[0]!)).spec.versions;
        const older = [{ op: 'remove', path: '/spec/versions/0/additionalPrinterColumns' }];
        const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${KINDS[0]}.fabriclink.dev`;
        await api.call('PATCH', path, older, 'application/json-patch+json');
        expect((await definition(KINDS[0]!)).spec.versions[0]).not.toHaveProperty('additionalPrinterColumns.4');
        // Helm 4 applies on the server and minds what others wrote since; helm 3 does not ask.
        const isThree = (await run(helm, ['version', '--short'])).stdout.startsWith('v3');
        const force = isThree ? [] : ['--force-conflicts'];
        const upgrade = await withHelm('upgrade', 'flo', CHART, '--set', 'replicaCount=3', ...force);
        expect(upgrade).toMatchObject({ code: 0 });
        expect(await deployed()).toEqual([3]);
        expect((await definition(KINDS[0]!)).spec.versions).toEqual([first]);

        expect(await withHelm('uninstall', 'flo')).toMatchObject({ code: 0 });
        expect(await deployed()).toEqual([]);
        for (const kind of KINDS) expect((await definition(kind)).metadata).not.toHaveProperty('deletionTimestamp');
        const { metadata } = (await api.call('GET', objectPath)).body as Definition;
        expect(metadata).toMatchObject({ name: 'kept', finalizers: ['fabriclink.dev/finalizer'] });
        expect(metadata).not.toHaveProperty('deletionTimestamp');
      }, 120_000);

      test('comes back under its name, and under another one by taking the definitions over', async () => {
        expect(await withHelm('install', 'flo', CHART)).toMatchObject({ code: 0 });
        expect(await withHelm('uninstall', 'flo')).toMatchObject({ code: 0 });
        const refused = await withHelm('install', 'other', CHART);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/invalid ownership metadata|cannot be imported into the current release/);
        expect(await withHelm('install', 'other', CHART, '--take-ownership')).toMatchObject({ code: 0 });
        expect(await api.call('GET', objectPath)).toMatchObject({ status: 200 });
      }, 120_000);
    });

    test('would not be, if its pod asked for more', async () => {
      const { spec } = podTemplate(objectsIn(await renderText(helm, {})));
      const [container] = spec.containers;
      const securityContext = { ...container!.securityContext, allowPrivilegeEscalation: true };
      const refused = await dryRun([podOf({ ...spec, containers: [{ ...container!, securityContext }] })]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false');
    });
  });
}

type Definition = {
  metadata: Record<string, unknown>;
  spec: { versions: Record<string, unknown>[] };
};

/** A new kind is served a moment after its definition is there. */
async function untilServed(create: () => Promise<{ status: number }>): Promise<void> {
  await eventually(async () => (await create()).status === 201, 'the kind is served', 30_000);
}

const podOf = (spec: Pod) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'operator', namespace: NAMESPACE },
  spec,
});
