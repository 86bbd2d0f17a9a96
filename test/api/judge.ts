// What every API server must make of our CRDs. The real one judges; the embedded one must agree.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Address, type Answer, type ApiClient, createApiClient, type Refusal } from './api-client.ts';
import { describeDefaults } from './judge-defaults.ts';
import { describeKubectl } from './judge-kubectl.ts';
import { describeLimits } from './judge-limits.ts';
import { describeUpdates } from './judge-updates.ts';
import { type BadManifest, badManifests, crdOf, crds, examples } from './manifests.ts';
import { skipped } from './skipped.ts';

/** One API server under test. */
export type JudgedServer = {
  start: () => Promise<Address & { kubeconfigPath: string; stop(): Promise<void> }>;
  /** Path of kubectl; absent: the cases that need it are skipped by name. */
  kubectl?: string;
};

/** The server once it runs; only valid inside tests. */
export type Running = { client: ApiClient; kubeconfigPath: string };

const ESTABLISHED_TIMEOUT_MS = 10_000;
const START_TIMEOUT_MS = 90_000;

/** Registers all cases; to be called inside a describe that names the server. */
export function judge({ start, kubectl }: JudgedServer): void {
  const running = {} as Running;
  let stop = async () => {};

  beforeAll(async () => {
    const server = await start();
    running.client = createApiClient(server);
    running.kubeconfigPath = server.kubeconfigPath;
    stop = async () => {
      await running.client.close();
      await server.stop();
    };
    await establish(running.client);
    for (const namespace of ['bad', 'judge']) await running.client.createNamespace(namespace);
  }, START_TIMEOUT_MS);

  afterAll(() => stop());

  describeExamples(running);
  describeRefusals(running);
  describeDefaults(running);
  describeUpdates(running);
  describeLimits(running);
  if (kubectl) describeKubectl(running, kubectl);
  else skipped('kubectl was not found on PATH');
}

async function establish(client: ApiClient): Promise<void> {
  for (const crd of crds) expect(await client.createCrd(crd)).toMatchObject({ status: 201 });
  const deadline = performance.now() + ESTABLISHED_TIMEOUT_MS;
  for (const { metadata } of crds) {
    for (;;) {
      const { body } = await client.getCrd(metadata.name);
      const { status } = body as { status?: { conditions?: { type: string; status: string }[] } };
      if (status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')) break;
      if (performance.now() > deadline)
        throw new Error(`${metadata.name} is not established: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function describeExamples(running: Running): void {
  const files = [...new Set(examples.map(({ file }) => file))];
  describe('takes the example', () => {
    test.each(files)('%s', async (file) => {
      const namespace = file.replaceAll(/[^a-z0-9]+/g, '-').replace(/-yaml$/, '');
      await running.client.createNamespace(namespace);
      for (const { manifest } of examples.filter((example) => example.file === file)) {
        const { metadata } = manifest;
        const answer =
          manifest.kind === 'Namespace'
            ? await running.client.createNamespace(metadata.name)
            : await running.client.create({ ...manifest, metadata: { ...metadata, namespace } }, namespace);
        expect(answer).toMatchObject({ status: 201 });
      }
    });
  });
}

function describeRefusals(running: Running): void {
  describe('refuses', () => {
    test.each(badManifests.map((bad) => [bad.file.replace('test/api/bad/', ''), bad] as const))(
      '%s',
      async (_file, { before, refused, field, message }) => {
        const { client } = running;
        const answer = before ? await update(client, before, refused) : await client.create(refused, 'bad');
        expect(answer).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
        // One mistake, one complaint.
        expect(complaints(answer)).toEqual([{ field, message: expect.stringMatching(telling(refused.kind, message)) }]);
      },
    );
  });
}

/** What the server says is wrong, without its remark that a schema error kept it from looking at the rules. */
function complaints({ body }: Answer): { field: string; message: string }[] {
  return ((body as Refusal).details?.causes ?? [])
    .map(({ field, message }) => ({ field, message }))
    .filter(({ message }) => !message.includes('some validation rules were not checked'));
}

/** The message of a CEL rule is the whole end of what the server says; of a schema error it is a part. */
function telling(kind: string, message: string): RegExp {
  const isRule = JSON.stringify(crdOf(kind)).includes(JSON.stringify(message));
  const literal = message.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return new RegExp(isRule ? `: ${literal}$` : literal);
}

/** Creates the first and tries to turn it into the second; what was stored must survive. */
async function update(
  client: ApiClient,
  before: BadManifest['refused'],
  after: BadManifest['refused'],
): Promise<Answer> {
  const created = await client.create(before, 'bad');
  expect(created).toMatchObject({ status: 201 });
  try {
    const { metadata } = created.body as BadManifest['refused'];
    const answer = await client.replace({ ...after, metadata }, 'bad');
    expect((await client.get(before, 'bad')).body).toEqual(created.body);
    return answer;
  } finally {
    await client.delete(before, 'bad');
  }
}
