// Real kubectl, which is what people will point at the embedded server.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findKubectl } from '../../scripts/kube-apiserver/binaries.ts';
import { type Kubernetes, startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { writeKubeconfig } from '../../simulator/kubernetes/server/kubeconfig.ts';
import { skipped } from '../api/skipped.ts';
import { type Client, createClient, MERGE } from './client.ts';
import { serveWidgets, widget, widgets } from './widgets.ts';

const found = await findKubectl();

type Outcome = { code: number; out: string; err: string };

function suite(binary: string): void {
  let server: Kubernetes;
  let client: Client;
  let folder: string;
  let namespaces = 0;

  const env = (): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    // Discovery is cached under the home; a fresh one has no stranger's cache.
    HOME: folder,
    KUBECONFIG: join(folder, 'kubeconfig'),
  });

  /** Runs kubectl in a namespace and waits for its end. */
  function kubectl(namespace: string, args: string, input = '', more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      const words = ['-n', namespace, ...args.split(' ').map((word) => word.replaceAll('␣', ' '))];
      const child = execFile(binary, words, { env: { ...env(), ...more } }, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
      child.stdin?.end(input);
    });
  }

  const file = (name: string): string => join(folder, name);
  const manifest = (name: string, spec = {}): string => JSON.stringify(widget(name, { color: 'red', ...spec }));

  async function namespace(): Promise<string> {
    namespaces += 1;
    const name = `kubectl-${namespaces}`;
    await client.post('/api/v1/namespaces', { metadata: { name } });
    return name;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
    server = await startKubernetes();
    await writeKubeconfig(file('kubeconfig'), server.kubeconfig);
    client = createClient(server);
    await serveWidgets(client);
  });

  afterAll(async () => {
    await client.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  test('finds a kubeconfig that only its owner may read', async () => {
    expect((await stat(file('kubeconfig'))).mode & 0o777).toBe(0o600);
    const { code, out } = await kubectl('default', 'version -o json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ serverVersion: { major: '1' } });
  });

  test('lists the resources', async () => {
    const { out } = await kubectl('default', 'api-resources');
    expect(out).toMatch(/^widgets +wd +example.dev\/v1 +true +Widget$/m);
    expect(out).toMatch(/^events +ev +events.k8s.io\/v1 +true +Event$/m);
    expect(out).toMatch(/^leases +coordination.k8s.io\/v1 +true +Lease$/m);
  });

  test('gets tables, narrow and wide, by short name and category', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a'));
    await client.patch(`${widgets(ns)}/a/status`, MERGE, {
      status: { message: 'all well', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    expect((await kubectl(ns, 'get wd')).out).toMatch(/^NAME +READY +SIZE +AGE\na +True +3 +\d+s\n$/);
    expect((await kubectl(ns, 'get things -o wide')).out).toMatch(
      /^NAME +READY +SIZE +MESSAGE +AGE\na +True +3 +all well /,
    );
    expect((await kubectl(ns, 'get wd -A -l tier=none')).err).toBe('No resources found\n');
    expect((await kubectl(ns, 'get wd --field-selector spec.color=red -o name')).out).toBe('widget.example.dev/a\n');
    expect((await kubectl(ns, 'get wd a -o jsonpath={.spec.size}')).out).toBe('3');
    expect((await kubectl(ns, 'get wd a -o yaml')).out).toMatch(/^spec:\n {2}color: red\n {2}size: 3\nstatus:$/m);
    expect(await kubectl(ns, 'get wd b')).toMatchObject({
      code: 1,
      err: 'Error from server (NotFound): widgets.example.dev "b" not found\n',
    });
  });

  test('watches tables', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a'));
    const child = spawn(binary, ['-n', ns, 'get', 'wd', '-w'], { env: env() });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      // Once the first row is shown and the watch stands, something happens.
      if (out.split('\n').length === 3) {
        const poll = setInterval(() => {
          if (server.openWatches().length === 0) return;
          clearInterval(poll);
          void client.patch(`${widgets(ns)}/a`, MERGE, { spec: { size: 7 } });
        }, 10);
      }
      if (out.split('\n').length === 4) child.kill();
    });
    await once(child, 'close');
    expect(out).toMatch(/^NAME +READY +SIZE +AGE\na +3 +\d+s\na +7 +\d+s\n$/);
  });

  test('describes objects with their events, whichever group wrote them', async () => {
    const ns = await namespace();
    const { body } = await client.post(widgets(ns), widget('a'));
    const { uid } = body['metadata'] as { uid: string };
    const regarding = { apiVersion: 'example.dev/v1', kind: 'Widget', name: 'a', namespace: ns, uid };
    await client.post(`/apis/events.k8s.io/v1/namespaces/${ns}/events`, {
      metadata: { name: 'e' },
      regarding,
      reason: 'Painted',
      note: 'it is red now',
      type: 'Normal',
      action: 'Paint',
      reportingController: 'example.dev/painter',
      reportingInstance: 'p-1',
      eventTime: new Date().toISOString().replace('Z', '000Z'),
    });
    const { out } = await kubectl(ns, 'describe wd a');
    expect(out).toMatch(/^ *Color: +red$/m);
    expect(out).toMatch(/Events:\n.*\n.*\n +Normal +Painted +.*example.dev\/painter +it is red now\n$/);
    expect((await kubectl(ns, 'get events')).out).toMatch(/Normal +Painted +widget\/a +it is red now/);
  });

  test('explains every field', async () => {
    const { out } = await kubectl('default', 'explain wd --recursive');
    expect(out).toMatch(/^ {2}spec\t<Object> -required-\n {4}color\t<string> -required-\n {4}enum: red, green$/m);
    expect(out).toMatch(/^ {4}parts\t<\[\]Object>\n {6}kind\t<string>$/m);
    expect((await kubectl('default', 'explain wd.spec.color')).out).toMatch(/Its colour\./);
    expect((await kubectl('default', 'explain lease.spec.holderIdentity')).code).toBe(0);
  });

  test('applies what is good and says what is bad', async () => {
    const ns = await namespace();
    expect((await kubectl(ns, 'apply -f -', manifest('a'))).out).toBe('widget.example.dev/a created\n');
    expect((await kubectl(ns, 'apply -f -', manifest('a'))).out).toBe('widget.example.dev/a unchanged\n');
    expect((await kubectl(ns, 'apply -f -', manifest('a', { size: 5 }))).out).toBe('widget.example.dev/a configured\n');
    const invalid = await kubectl(ns, 'apply -f -', manifest('a', { size: 99 }));
    expect(invalid).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        'spec.size: Invalid value: 99: spec.size in body should be less than or equal to 10',
      ),
    });
    const unknown = await kubectl(ns, 'apply -f -', manifest('b', { colour: 'red' }));
    expect(unknown).toMatchObject({
      code: 1,
      err: expect.stringContaining('strict decoding error: unknown field "spec.colour"'),
    });
    const misspelt = await kubectl(ns, 'apply -f -', manifest('c').replace(/Widget/, 'Wigdet'));
    expect(misspelt).toMatchObject({ code: 1, err: expect.stringContaining('no matches for kind "Wigdet"') });
    expect((await kubectl(ns, 'apply --dry-run=server -f -', manifest('c'))).out).toContain('(server dry run)');
    expect((await kubectl(ns, 'apply --validate=warn -f -', manifest('d', { colour: 'red' }))).err).toContain(
      'Warning: unknown field "spec.colour"',
    );
  });

  test('applies from the server side, and meets conflicts', async () => {
    const ns = await namespace();
    const apply = (manager: string, spec: object, more = '') =>
      kubectl(ns, `apply --server-side --field-manager=${manager} -f -${more}`, manifest('a', spec));
    expect((await apply('one', { size: 2 })).out).toBe('widget.example.dev/a serverside-applied\n');
    expect(await apply('two', { size: 3 })).toMatchObject({
      code: 1,
      err: expect.stringContaining('Apply failed with 1 conflict: conflict with "one": .spec.size'),
    });
    expect((await apply('two', { size: 3 }, ' --force-conflicts')).code).toBe(0);
    expect((await kubectl(ns, 'get wd a -o yaml --show-managed-fields')).out).toMatch(
      /manager: two\n {4}operation: Apply/,
    );
  });

  test('moves from client-side to server-side apply', async () => {
    const ns = await namespace();
    await kubectl(ns, 'apply -f -', manifest('a', { size: 2 }));
    expect(await kubectl(ns, 'apply --server-side -f -', manifest('a', { size: 3 }))).toMatchObject({ code: 0 });
    expect((await kubectl(ns, 'get wd a -o jsonpath={.spec.size}')).out).toBe('3');
  });

  test('shows the difference', async () => {
    const ns = await namespace();
    await kubectl(ns, 'apply -f -', manifest('a', { size: 3 }));
    expect((await kubectl(ns, 'diff -f -', manifest('a', { size: 3 }))).code).toBe(0);
    const { code, out } = await kubectl(ns, 'diff -f -', manifest('a', { size: 8 }));
    expect(code).toBe(1);
    expect(out).toMatch(/^- {2}size: 3\n\+ {2}size: 8$/m);
    expect((await kubectl(ns, 'diff --server-side -f -', manifest('a', { size: 8 }))).code).toBe(1);
  });

  test('edits', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a'));
    await writeFile(file('editor.sh'), '#!/bin/sh\nsed -i "s/size: 3/size: 6/" "$1"\n');
    await chmod(file('editor.sh'), 0o700);
    expect((await kubectl(ns, 'edit wd a', '', { EDITOR: file('editor.sh') })).out).toBe(
      'widget.example.dev/a edited\n',
    );
    expect((await client.get(`${widgets(ns)}/a`)).body).toMatchObject({ spec: { size: 6 } });
  });

  test('patches in every way', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a'));
    expect((await kubectl(ns, 'patch wd a --type=merge -p {"spec":{"size":4}}')).out).toBe(
      'widget.example.dev/a patched\n',
    );
    await kubectl(ns, 'patch wd a --type=json -p [{"op":"replace","path":"/spec/size","value":5}]');
    await kubectl(ns, 'patch wd a --subresource=status --type=merge -p {"status":{"message":"m"}}');
    await kubectl(ns, 'create configmap c --from-literal=a=b');
    await kubectl(ns, 'patch cm c -p {"data":{"c":"d"}}');
    expect(server.objects('widgets.example.dev').find(({ metadata }) => metadata.namespace === ns)).toMatchObject({
      spec: { size: 5 },
      status: { message: 'm' },
    });
    expect((await kubectl(ns, 'get cm c -o jsonpath={.data}')).out).toBe('{"a":"b","c":"d"}');
  });

  test('labels and annotates', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a'));
    await kubectl(ns, 'label wd a tier=web');
    await kubectl(ns, 'annotate wd a note=hello');
    expect((await kubectl(ns, 'get wd -l tier=web --show-labels')).out).toMatch(/tier=web/);
    expect((await kubectl(ns, 'label wd a tier-')).out).toBe('widget.example.dev/a unlabeled\n');
    expect((await client.get(`${widgets(ns)}/a`)).body).toMatchObject({ metadata: { annotations: { note: 'hello' } } });
  });

  test('waits for a condition', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a'));
    const waiting = kubectl(ns, 'wait wd a --for=condition=Ready --timeout=20s');
    await client.patch(`${widgets(ns)}/a/status`, MERGE, {
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    expect(await waiting).toMatchObject({ code: 0, out: 'widget.example.dev/a condition met\n' });
  });

  test('deletes, and waits until finalizers are gone', async () => {
    const ns = await namespace();
    await client.post(widgets(ns), widget('a', undefined, { finalizers: ['example.dev/hold'] }));
    await client.post(widgets(ns), widget('b'));
    expect((await kubectl(ns, 'delete wd b')).out).toContain('deleted');
    const deleting = kubectl(ns, 'delete wd a --timeout=20s');
    const poll = setInterval(() => {
      const [held] = server.objects('widgets.example.dev').filter(({ metadata }) => metadata.namespace === ns);
      if (!held?.metadata.deletionTimestamp) return;
      clearInterval(poll);
      void client.patch(`${widgets(ns)}/a`, MERGE, { metadata: { finalizers: null } });
    }, 10);
    expect(await deleting).toMatchObject({ code: 0, out: expect.stringContaining('deleted') });
  });

  test.each(['background', 'foreground', 'orphan'])('deletes with %s propagation', async (cascade) => {
    const ns = await namespace();
    const { body } = await client.post(widgets(ns), widget('owner'));
    const { uid } = body['metadata'] as { uid: string };
    const owner = { apiVersion: 'example.dev/v1', kind: 'Widget', name: 'owner', uid, blockOwnerDeletion: true };
    await client.post(widgets(ns), widget('owned', undefined, { ownerReferences: [owner] }));
    expect(await kubectl(ns, `delete wd owner --cascade=${cascade}`)).toMatchObject({ code: 0 });
    await server.settled();
    const { out } = await kubectl(ns, 'get wd -o name');
    expect(out).toBe(cascade === 'orphan' ? 'widget.example.dev/owned\n' : '');
  });

  test('creates namespaces, secrets and service accounts, and deletes a namespace with all that is in it', async () => {
    expect((await kubectl('default', 'create ns made')).out).toBe('namespace/made created\n');
    await kubectl('made', 'create secret generic s --from-literal=k=v');
    await kubectl('made', 'create serviceaccount sa');
    expect((await kubectl('made', 'get secret s -o jsonpath={.data.k}')).out).toBe('dg==');
    expect((await kubectl('made', 'describe secret s')).out).toMatch(/Type: +Opaque/);
    expect((await kubectl('default', 'describe ns made')).out).toMatch(/Status: +Active/);
    await client.post(widgets('made'), widget('a'));
    expect(await kubectl('default', 'delete ns made --timeout=20s')).toMatchObject({ code: 0 });
    expect(server.objects('widgets.example.dev').filter(({ metadata }) => metadata.namespace === 'made')).toEqual([]);
  });

  test('may do everything', async () => {
    expect((await kubectl('default', 'auth can-i delete widgets.example.dev')).out).toBe('yes\n');
    expect((await kubectl('default', 'auth whoami -o name')).code).toBe(0);
  });
}

describe('kubectl', () => {
  if (found) suite(found);
  else skipped('kubectl was not found on PATH');
});
