import { describe, expect, test } from '@jest/globals';
import { createScreen, drawTable, type Row } from '../../scripts/demo/table.ts';

const row = (over: Partial<Row>): Row => ({
  kind: 'WorkspacePrivateLink',
  name: 'wpl/sales',
  phase: 'Ready',
  ready: 'True',
  nextStep: 'Nothing to do.',
  settled: true,
  stalled: false,
  parts: [],
  ...over,
});

/** What was written, and how many rows up each drawing began. */
function terminal(columns: number, rows: number) {
  const written: string[] = [];
  const out = {
    isTTY: true,
    columns,
    rows,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  };
  const ups = () => written.map((text) => (text.startsWith('\u001b[') ? Number.parseInt(text.slice(2), 10) : 0));
  return { out, written, ups };
}

describe('the demo on a terminal', () => {
  test('begins the next drawing where the last began, counting wrapped lines and no colours', () => {
    const { out, ups } = terminal(10, 40);
    const screen = createScreen(out);
    screen.draw(['\u001b[32mshort\u001b[0m', 'twenty-five letters long.', '']);
    screen.draw(['other']);
    screen.draw(['third']);
    expect(ups()).toEqual([0, 5, 1]);
  });

  test('writes nothing while nothing changes', () => {
    const { out, written } = terminal(80, 40);
    const screen = createScreen(out);
    screen.draw(['same']);
    screen.draw(['same']);
    expect(written).toHaveLength(1);
  });

  test('leaves out what a low terminal cannot hold, and says so', () => {
    const { out, written } = terminal(80, 4);
    createScreen(out).draw(['1', '2', '3', '4', '5']);
    expect(written).toEqual(['\r\u001b[J1\n2\n… 3 more lines: make the terminal higher\n']);
  });

  test('shows the whole sentence where a person is awaited, and one line elsewhere', () => {
    const nextStep = 'run one command, then another one, and then wait for a little while until it is noticed';
    const awaited = drawTable([row({ stalled: true, ready: 'False', nextStep })], 60, false).slice(1);
    expect(awaited.length).toBeGreaterThan(1);
    expect(awaited.map((line) => line.slice(-38).trim()).join(' ')).toContain('until it is noticed');
    expect(Math.max(...awaited.map((line) => line.length))).toBeLessThanOrEqual(60);
    const passing = drawTable([row({ ready: 'False', settled: false, nextStep })], 60, false).slice(1);
    expect(passing).toHaveLength(1);
    expect(passing[0]).toMatch(/…$/);
  });
});
