import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stage, startStage } from '../support/stage.ts';

type Metric = { type: string; labels: readonly string[] };

const page = await readFile('docs/metrics.md', 'utf8');
const told = new Map<string, Metric>(
  [...page.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \| (.*?) \|/gm)].map(([, name, type, labels = '']) => [
    name!,
    { type: type!, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label!) },
  ]),
);

const line = (name: string, labels: readonly string[]) => `${name}{${labels.toSorted().join()}}`;

describe('docs/metrics.md', () => {
  let stage: Stage;
  let text: string;

  beforeAll(async () => {
    stage = await startStage();
    await stage.startOperator();
    await stage.settle();
    text = await stage.metrics();
  });
  afterAll(() => stage.close());

  test('has each metric of a running operator, with its type, and none besides', () => {
    const exposed = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(exposed.length).toBeGreaterThan(20);
    expect([...told].map(([name, { type }]) => `${name} ${type}`).toSorted()).toEqual(exposed.toSorted());
  });

  test('names the labels that its series have', () => {
    const series = [...text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)].map(([, name = '', inside = '']) => {
      const labels = [...inside.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le');
      return line(name.replace(/_(bucket|sum|count)$/, ''), labels);
    });
    const known = new Set([...told].map(([name, { labels }]) => line(name, labels)));
    expect([...new Set(series)].filter((one) => !known.has(one))).toEqual([]);
  });

  test('asks only for metrics that there are', () => {
    const asked = [...page.matchAll(/\b(?:fabriclink|controller_runtime|workqueue|leader_election)_\w+/g)];
    expect(asked.map(([name]) => name).filter((name) => !told.has(name))).toEqual([]);
  });
});
