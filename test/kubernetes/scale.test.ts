// Bounds that hold with room to spare; a regression by an order of magnitude breaks them. Ten thousand: test/e2e/.
import { expect, test } from '@jest/globals';
import { startKubernetes } from '../../simulator/kubernetes/kubernetes.ts';
import { createClient, metaOf, type Watching } from './client.ts';
import { serveWidgets, widget, widgets } from './widgets.ts';

const OBJECTS = 2_000;
const WATCHES = 60;

test('holds two thousand objects, lists them in pages, and tells sixty watches of each change', async () => {
  const server = await startKubernetes({ tls: false });
  const client = createClient(server);
  await serveWidgets(client);
  const path = widgets('default');
  let started = performance.now();
  for (let made = 0; made < OBJECTS; made += 50) {
    const batch = Array.from({ length: 50 }, (_, index) =>
      widget(`w-${made + index}`, { color: 'red', parts: [{ name: 'p' }] }),
    );
    await Promise.all(batch.map((body) => client.post(path, body)));
  }
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(server.objects('widgets.example.dev')).toHaveLength(OBJECTS);

  started = performance.now();
  let listed = 0;
  let token = '';
  do {
    const page = await client.get(`${path}?limit=500${token && `&continue=${token}`}`);
    listed += (page.body['items'] as unknown[]).length;
    ({ continue: token = '' } = metaOf(page));
  } while (token);
  expect(listed).toBe(OBJECTS);
  expect(performance.now() - started).toBeLessThan(5_000);

  started = performance.now();
  const watches: Watching[] = [];
  for (let opened = 0; opened < WATCHES; opened += 1) {
    watches.push(await client.watch(`${path}?watch=true&resourceVersion=${server.revision()}`));
  }
  for (let round = 0; round < 100; round += 1) await client.post(path, widget(`new-${round}`));
  const seen = await Promise.all(watches.map((watching) => watching.next(100)));
  expect(seen.every((events) => events.length === 100 && events[99]?.object.metadata['name'] === 'new-99')).toBe(true);
  expect(performance.now() - started).toBeLessThan(20_000);
  for (const watching of watches) watching.close();
  await client.close();
  await server.close();
}, 120_000);
