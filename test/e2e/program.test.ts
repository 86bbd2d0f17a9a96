import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type WorkspacePrivateLink, workspacePrivateLinks } from '../../crds/workspace-private-link.ts';
import { LEASES } from '../../operator/clients/kube/resources.ts';
import type { KubeClient, KubeObject } from '../../operator/clients/kube/types.ts';
import type { Kubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { isTrue } from '../support/stage-link.ts';
import {
  type House,
  OPERATOR_NAMESPACE,
  openHouse,
  type Process,
  type Settings,
  startProcess,
} from '../support/stage-process.ts';
import { NAMESPACE, OPERATOR_APP, salesLink } from '../support/stage-world.ts';
import { eventually } from '../support/virtual-clock.ts';

/** `node operator/main.ts`, as a container runs it: what it prints, serves and exits with. */

const SECONDS = 1_000;
let house: House;
beforeAll(async () => {
  house = await openHouse(600);
});
afterAll(() => house.close());

const run = (env: Readonly<Record<string, string>>): Process => house.keep(startProcess(env));
const get = async (url: string): Promise<{ status: number; text: string }> => {
  try {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: '' };
  }
};

describe('a process with a configuration that cannot work', () => {
  test('is told as a whole, one line for each problem, and the exit code is 1', async () => {
    const process = run({
      KUBECONFIG: '/nowhere/kubeconfig',
      AZURE_AUTHORITY_HOST: 'http://login.example',
      FABRICLINK_ARM_SCOPE: 'https://management.azure.com',
      FABRICLINK_TIME_SCALE: '60',
      FABRICLINK_NAMESERVERS: 'ns.example',
      FABRICLINK_LEADER_ELECTION: 'maybe',
      FABRICLINK_METRICS_ADDRESS: 'here',
      FABRICLINK_LOG_LEVEL: 'loud',
      FABRICLINK_AMBIENT_NAMESPACES: 'data',
    });
    expect(await process.ended()).toBe(1);
    const lines = process.output().trim().split('\n');
    for (const name of [
      'KUBECONFIG',
      'AZURE_AUTHORITY_HOST',
      'FABRICLINK_ARM_SCOPE',
      'FABRICLINK_TIME_SCALE',
      'FABRICLINK_NAMESERVERS',
      'FABRICLINK_LEADER_ELECTION',
      'FABRICLINK_METRICS_ADDRESS',
      'FABRICLINK_LOG_LEVEL',
      'FABRICLINK_AMBIENT_NAMESPACES',
    ]) {
      expect(lines.filter((line) => line.trim().startsWith(`${name}:`))).not.toEqual([]);
    }
    expect(lines[0]).toBe(`The configuration has ${lines.length - 1} problem(s):`);
  });

  test('is told when there is none at all', async () => {
    const process = run({});
    expect(await process.ended()).toBe(1);
    expect(process.output()).toContain('KUBECONFIG: not set, and this is no pod of a cluster');
  });

  test.each([
    ['is no YAML', '{ clusters: ['],
    ['names no cluster', 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n'],
    ['is empty', ''],
  ])('a kubeconfig that %s is told in a sentence, without a stack', async (name, text) => {
    const { env } = await house.settings({ KUBECONFIG: await house.file(`bad-${name.replaceAll(' ', '-')}`, text) });
    const process = run(env);
    expect(await process.ended()).toBe(1);
    expect(process.output()).toContain('KUBECONFIG: ');
    expect(process.output()).not.toMatch(/\n\s+at .*\(/);
  });
});

describe('the life of a process, on the embedded API server', () => {
  let kubernetes: Kubernetes;
  let kube: KubeClient;
  let settings: Settings;
  let operator: Process;
  const outputs: string[] = [];

  const lease = async () => {
    const found = (await kube.get(LEASES, OPERATOR_NAMESPACE, 'fabric-link-operator')) as
      | (KubeObject & { spec?: { holderIdentity?: string } })
      | undefined;
    return found?.spec?.holderIdentity ?? '';
  };
  const leads = (pod: string) => eventually(async () => (await lease()).startsWith(pod), `${pod} leads`, 40 * SECONDS);

  test('begins before the API server does, and waits for it', async () => {
    settings = await house.settings({});
    operator = run(settings.env);
    await eventually(async () => (await get(`${settings.healthUrl}/healthz`)).status === 200, 'it is alive');
    expect(await get(`${settings.healthUrl}/readyz`)).toMatchObject({ status: 503, text: expect.stringMatching(/\w/) });
    expect(operator.exitCode()).toBeUndefined();
    ({ kubernetes, kube } = await house.openApiServer());
    await eventually(
      async () => (await get(`${settings.healthUrl}/readyz`)).status === 200,
      'it is ready',
      40 * SECONDS,
    );
    await leads('operator-0');
  }, 60_000);

  test('works on what it finds, at the speed of the clouds', async () => {
    const manifest = salesLink((network) => {
      const { address, port } = house.simulator.dns.at(network)!;
      return { address, port };
    });
    await kube.patch(workspacePrivateLinks, NAMESPACE, 'sales', {
      type: 'apply',
      body: manifest,
      fieldManager: 'person',
      force: true,
    });
    const link = () => kubernetes.objects('workspaceprivatelinks.fabriclink.dev')[0] as unknown as WorkspacePrivateLink;
    await eventually(() => isTrue(link(), 'Ready'), 'sales is Ready', 40 * SECONDS);
    expect(link().status?.access).toMatchObject({ inbound: 'Deny' });
  }, 60_000);

  test('shows the metrics that dashboards for controller-runtime know, and its own', async () => {
    const { status, text } = await get(settings.metricsUrl);
    expect(status).toBe(200);
    for (const name of [
      'controller_runtime_reconcile_total',
      'controller_runtime_reconcile_errors_total',
      'controller_runtime_reconcile_time_seconds_bucket',
      'controller_runtime_active_workers',
      'controller_runtime_max_concurrent_reconciles',
      'workqueue_adds_total',
      'workqueue_depth',
      'workqueue_queue_duration_seconds_bucket',
      'workqueue_retries_total',
      'rest_client_requests_total',
    ]) {
      expect(text).toMatch(new RegExp(`^${name}\\{`, 'm'));
    }
    expect(text).toMatch(/^leader_election_master_status\{name="fabric-link-operator"\} 1$/m);
    expect(text).toMatch(/^controller_runtime_reconcile_total\{.*result="requeue_after"\} [1-9]/m);
  });

  test('answers only what it serves', async () => {
    expect((await get(`${settings.healthUrl}/`)).status).toBe(404);
    expect((await get(settings.metricsUrl.replace('metrics', 'debug/pprof'))).status).toBe(404);
    expect((await fetch(settings.metricsUrl, { method: 'POST' })).status).toBe(405);
  });

  test('lets go of the Lease on SIGTERM and exits 0, and the next one leads at once', async () => {
    outputs.push((await get(settings.metricsUrl)).text);
    operator.signal('SIGTERM');
    expect(await operator.ended()).toBe(0);
    expect(operator.output()).toContain('"msg":"drained"');
    expect(await lease()).toBe('');
    outputs.push(operator.output());
    settings = await house.settings({ FABRICLINK_CLUSTER_ID: 'stage', POD_NAME: 'operator-1' });
    operator = run(settings.env);
    const startedAt = performance.now();
    await leads('operator-1');
    expect(performance.now() - startedAt).toBeLessThan(10 * SECONDS);
  }, 60_000);

  test('a leader that stood still for longer than its Lease is replaced, and exits 2 when it wakes', async () => {
    const standby = await house.settings({ FABRICLINK_CLUSTER_ID: 'stage', POD_NAME: 'operator-2' });
    const next = run(standby.env);
    await eventually(
      async () => (await get(`${standby.healthUrl}/readyz`)).status === 200,
      'the standby is ready',
      40 * SECONDS,
    );
    const leading = async () => /^leader_election_master_status\{.*\} 1$/m.test((await get(standby.metricsUrl)).text);
    expect(await leading()).toBe(false);
    operator.signal('SIGSTOP');
    await leads('operator-2');
    await eventually(leading, 'the standby says that it leads');
    operator.signal('SIGCONT');
    expect(await operator.ended()).toBe(2);
    expect(await lease()).toMatch(/^operator-2_/);
    outputs.push(operator.output());
    operator = next;
  }, 90_000);

  test('whoever finds its Lease in other hands exits 2 and leaves the other alone', async () => {
    await kube.patch(LEASES, OPERATOR_NAMESPACE, 'fabric-link-operator', {
      type: 'merge',
      body: { spec: { holderIdentity: 'somebody-else', renewTime: new Date().toISOString().replace('Z', '000Z') } },
      fieldManager: 'somebody-else',
    });
    expect(await operator.ended()).toBe(2);
    expect(await lease()).toBe('somebody-else');
    outputs.push(operator.output());
  }, 60_000);

  test('says nothing secret anywhere: logs at debug, metrics, objects, Events', () => {
    const told = [
      ...outputs,
      ...['workspaceprivatelinks.fabriclink.dev', 'events', 'leases.coordination.k8s.io', 'configmaps'].map(
        (resource) => JSON.stringify(kubernetes.objects(resource)),
      ),
    ].join('\n');
    expect(told).toContain('"msg":"pass"');
    expect(told).toContain('controller_runtime_reconcile_total');
    expect(told).not.toContain(OPERATOR_APP.clientSecret);
    expect(told).not.toContain('planted-not-a-real-cluster-token');
    // Tokens of the simulated Entra, as of the real one, begin so.
    expect(told).not.toMatch(/eyJ[\w-]{10,}|bearer /i);
  });
});
