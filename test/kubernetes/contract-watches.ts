import { describe, expect, test } from '@jest/globals';
import { MERGE, metaOf, TABLE, type WatchEvent } from './client.ts';
import type { Running } from './contract.ts';
import { widget, widgets } from './widgets.ts';

const brief = (events: WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${(object.metadata['name'] ?? '') as string}`.trim());

const revision = ({ object }: WatchEvent): number => Number(object.metadata['resourceVersion']);

export function describeWatches(running: Running): void {
  describe('a watch', () => {
    test('from a revision shows what happened since, in order, and goes on', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('before'));
      const { resourceVersion } = metaOf(await running.client.get(path));
      await running.client.post(path, widget('a'));
      await running.client.delete(`${path}/before`);
      const watching = await running.client.watch(`${path}?watch=true&resourceVersion=${resourceVersion}`);
      const missed = await watching.next(2);
      expect(brief(missed)).toEqual(['ADDED a', 'DELETED before']);
      await running.client.patch(`${path}/a`, MERGE, { spec: { size: 4 } });
      await running.client.delete(`${path}/a`);
      const live = await watching.next(2);
      expect(brief(live)).toEqual(['MODIFIED a', 'DELETED a']);
      const revisions = [...missed, ...live].map(revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      watching.close();
    });

    test.each(['', '&resourceVersion=0'])('without a revision (%p) begins with what is there', async (since) => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      await running.client.post(path, widget('b'));
      const watching = await running.client.watch(`${path}?watch=true${since}`);
      expect(brief(await watching.next(2)).sort()).toEqual(['ADDED a', 'ADDED b']);
      watching.close();
    });

    test('shows objects enter and leave a selection', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a', { color: 'red' }, { labels: { tier: 'one' } }));
      const { resourceVersion } = metaOf(await running.client.get(path));
      const watching = await running.client.watch(
        `${path}?watch=true&resourceVersion=${resourceVersion}&labelSelector=tier%3Dtwo&fieldSelector=spec.color%3Dred`,
      );
      await running.client.patch(`${path}/a`, MERGE, { metadata: { labels: { tier: 'two' } } });
      await running.client.patch(`${path}/a`, MERGE, { spec: { size: 4 } });
      const left = await running.client.patch(`${path}/a`, MERGE, { spec: { color: 'green' } });
      const events = await watching.next(3);
      expect(brief(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
      // The last state that could be seen, at the revision at which it could not be seen any more.
      expect(events[2]?.object).toMatchObject({ spec: { color: 'red', size: 4 } });
      expect(String(revision(events[2]!))).toBe(metaOf(left)['resourceVersion']);
      watching.close();
    });

    test('with initial events ends them with a bookmark', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      const watching = await running.client.watch(
        `${path}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      );
      const [added, bookmark] = await watching.next(2);
      expect(added).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
      expect(bookmark).toMatchObject({
        type: 'BOOKMARK',
        object: { kind: 'Widget', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
      });
      expect(revision(bookmark!)).toBeGreaterThanOrEqual(revision(added!));
      watching.close();
    });

    test.each([
      ['sendInitialEvents=true', 422, /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan/],
      ['resourceVersion=x', 500, /^resourceVersion: Invalid value: "x"/],
      ['fieldSelector=spec.size%3D3', 400, /field label not supported/],
    ])('is refused for %s', async (query, status, message) => {
      const path = widgets(await running.namespace());
      expect(await running.client.get(`${path}?watch=true&${query}`)).toMatchObject({
        status,
        body: { message: expect.stringMatching(message) },
      });
    });

    test('ends when its time is over', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      const watching = await running.client.watch(`${path}?watch=true&resourceVersion=0&timeoutSeconds=1`);
      expect(brief(await watching.ended()).filter((text) => !text.startsWith('BOOKMARK'))).toEqual(['ADDED a']);
    });

    test('can show rows: columns with the first event only', async () => {
      const path = widgets(await running.namespace());
      await running.client.post(path, widget('a'));
      await running.client.post(path, widget('b'));
      const watching = await running.client.watch(`${path}?watch=true`, TABLE);
      const [first, second] = await watching.next(2);
      expect(first?.object).toMatchObject({
        kind: 'Table',
        rows: [{ cells: [expect.any(String), null, 3, null, expect.any(String)] }],
      });
      expect(first?.object['columnDefinitions']).toHaveLength(5);
      expect(second?.object['columnDefinitions'] ?? null).toBeNull();
      watching.close();
    });

    test('sees all namespaces, or one', async () => {
      const [one, two] = [await running.namespace(), await running.namespace()];
      const { resourceVersion } = metaOf(await running.client.get('/apis/example.dev/v1/widgets'));
      const all = await running.client.watch(
        `/apis/example.dev/v1/widgets?watch=true&resourceVersion=${resourceVersion}`,
      );
      const second = await running.client.watch(`${widgets(two)}?watch=true&resourceVersion=${resourceVersion}`);
      await running.client.post(widgets(one), widget('x'));
      await running.client.post(widgets(two), widget('y'));
      expect(brief(await all.next(2))).toEqual(['ADDED x', 'ADDED y']);
      expect(brief(await second.next())).toEqual(['ADDED y']);
      all.close();
      second.close();
    });
  });
}
