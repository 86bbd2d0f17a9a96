import { describe, expect, test } from '@jest/globals';
import { toRow } from '../../scripts/demo/rows.ts';
import { createScreen, drawTable, type Row } from '../../scripts/demo/table.ts';
import { tryThis } from '../../scripts/demo/try-this.ts';

const row = (over: Partial<Row>): Row => ({
  kind: 'WorkspacePrivateLink',
  name: 'wpl/sales',
  phase: 'Ready',
  ready: 'True',
  nextStep: 'Nothing to do.',
  settled: true,
  awaitsPerson: false,
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

  test('writes an object with its lines when it has changed, where there is no terminal', () => {
    const { out, written } = terminal(80, 40);
    const screen = createScreen({ ...out, isTTY: false });
    screen.draw(['a  waits', '   for a person', 'b  Ready']);
    screen.draw(['a  waits', '   for nobody', 'b  Ready']);
    expect(written).toEqual(['a  waits\n   for a person\n', 'b  Ready\n', 'a  waits\n   for nobody\n']);
  });

  test('leaves out what a low terminal cannot hold, and says so', () => {
    const { out, written } = terminal(80, 4);
    createScreen(out).draw(['1', '2', '3', '4', '5']);
    expect(written).toEqual(['\r\u001b[J1\n2\n… 3 more lines: make the terminal higher\n']);
  });

  test('says once what several objects wait for, and every sentence of those that wait for nobody', () => {
    const nextStep = 'A Global Administrator consents.';
    const waits = { nextStep, awaitsPerson: true, ready: 'False' as const };
    const ready = { name: 'ctm/done', nextStep: 'Nothing to do.' };
    const rows = [{ name: 'ctm/a', ...waits }, { name: 'ctm/b', ...waits }, ready, { ...ready, name: 'ctm/also' }];
    const lines = drawTable(rows.map(row), 200, false);
    expect(lines.filter((line) => line.includes(nextStep))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('The same as for ctm/a.'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('Nothing to do.'))).toHaveLength(2);
  });

  test('shows the whole sentence where a person is awaited, and one line elsewhere', () => {
    const nextStep = 'run one command, then another one, and then wait for a little while until it is noticed';
    const drawn = (width: number) =>
      drawTable([row({ awaitsPerson: true, ready: 'False', nextStep })], width, false).slice(1);
    const awaited = drawn(100);
    expect(awaited.length).toBeGreaterThan(1);
    expect(awaited.map((line) => line.slice(-70).trim()).join(' ')).toContain('until it is noticed');
    expect(Math.max(...awaited.map((line) => line.length))).toBeLessThanOrEqual(100);
    // Where its column is too narrow to be read, it has the whole width below.
    const [, ...below] = drawn(60);
    expect(below.map((line) => line.trim()).join(' ')).toBe(nextStep);
    expect(below).toHaveLength(2);
    const passing = drawTable([row({ ready: 'False', settled: false, nextStep })], 60, false).slice(1);
    expect(passing).toHaveLength(1);
    expect(passing[0]).toMatch(/…$/);
  });
});

describe('the lines of an object', () => {
  const condition = (type: string, status: 'True' | 'False') => ({
    type,
    status,
    reason: 'R',
    message: 'm',
    lastTransitionTime: '',
  });
  const asked = { ...condition('Ready', 'False'), reason: 'AwaitingApproval' };
  const linkWith = (status: object) => ({
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'WorkspacePrivateLink',
    metadata: { name: 'plant' },
    status,
  });

  test('show the gateway that an endpoint is for, and who else asks', () => {
    const gateway = { type: 'VirtualNetwork', displayName: 'vgw-plant', state: 'Offline' };
    const { parts } = toRow(
      linkWith({
        endpoints: [{ name: 'plant', phase: 'Verified.Proven', message: 'Proven.', gateway }],
        connections: [
          { privateEndpointId: '/subscriptions/s/privateEndpoints/pe-other', status: 'Pending' },
          {
            privateEndpointId: '/subscriptions/s/privateEndpoints/pe-audit',
            status: 'Approved',
            decidedBy: 'connections/audit',
          },
        ],
      }),
    );
    expect(parts.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
      'plant Verified.Proven',
      '⇄ vgw-plant Offline',
      '← pe-other Pending',
      '← pe-audit Approved',
    ]);
    expect(parts.at(-1)?.message).toContain('decided by connections/audit');
  });

  test.each([
    ['stalled', [condition('Ready', 'False'), condition('Stalled', 'True')], true],
    ['only observed', [condition('Ready', 'False')], true],
    ['under way', [condition('Ready', 'False'), condition('Reconciling', 'True')], false],
    ['ready', [condition('Ready', 'True')], false],
    ['asked for, and not decided', [asked, condition('Reconciling', 'True')], true],
    ['not looked at yet', [], false],
  ])('say whether a person is awaited: %s', (_state, conditions, awaited) => {
    expect(toRow(linkWith({ conditions })).awaitsPerson).toBe(awaited);
  });
});

describe('the lines to try', () => {
  const places = { kubeconfigFile: '/k', armUrl: 'https://arm', caFile: '/ca', headerFile: '/h', metrics: 'm' };
  const managed = (name: string, nextStep: string) => ({
    apiVersion: 'fabriclink.dev/v1alpha1',
    kind: 'ManagedPrivateEndpoint',
    metadata: { name },
    status: { nextStep },
  });

  test('have the command of whoever is awaited, ready to be copied, and none when nobody is', () => {
    const command = `kubectl -n demo patch workspaceprivatelink a --type json -p '[{"op":"add"}]'`;
    const lines = tryThis(places)([
      managed('waits', `It waits; the owner approves it with \`${command}\`, or with \`az rest\`.`),
      managed('done', 'Nothing to do.'),
    ]);
    expect(lines.filter((line) => line.includes('mpe/'))).toEqual([expect.stringContaining('approve mpe/waits')]);
    expect(lines).toContain(`  ${command.replace('kubectl', 'kubectl --kubeconfig /k')}`);
    expect(tryThis(places)([managed('done', 'Nothing to do.')]).join('\n')).not.toContain('patch');
  });
});
