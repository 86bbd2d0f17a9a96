import type { AnyStateMachine, StateNode } from 'xstate';
import { machines as mapping } from '../controllers/cross-tenant-mapping/machine.ts';
import { machines as managedEndpoint } from '../controllers/managed-private-endpoint/machine.ts';
import { machines as privateLink } from '../controllers/workspace-private-link/machine.ts';

/** A generated document: path from the root of the repository, and its whole text. */
export type Drawing = { path: string; text: string };

/** One page for each kind, drawn from the machines' own `always` edges: what the code decides, not what somebody remembers. */
export function drawStates(): Drawing[] {
  return [
    {
      path: 'docs/states/workspace-private-link.md',
      text: page('WorkspacePrivateLink', 'workspace-private-link', privateLink),
    },
    {
      path: 'docs/states/managed-private-endpoint.md',
      text: page('ManagedPrivateEndpoint', 'managed-private-endpoint', managedEndpoint),
    },
    {
      path: 'docs/states/cross-tenant-mapping.md',
      text: page('CrossTenantMapping', 'cross-tenant-mapping', mapping),
    },
  ];
}

function page(kind: string, folder: string, all: Readonly<Record<string, AnyStateMachine>>): string {
  const intro = [
    `# States of ${kind}`,
    '',
    `Generated from \`controllers/${folder}/machine.ts\` by \`npm run generate\`. Change the machines instead.`,
    '',
    'Each pass starts every ladder at its top left and walks through the goals that are met; where it rests is the phase.',
    'Edges are tried in the order of their numbers, the first guard that holds wins. In the tables, *does* is the one',
    'effect of that state, and *looks again* how soon the next pass comes.',
    '',
  ];
  return [...intro, ...Object.entries(all).flatMap(([name, machine]) => [...ladder(name, machine), ''])].join('\n');
}

function ladder(name: string, machine: AnyStateMachine): string[] {
  const rungs = Object.values(machine.root.states);
  return [
    `## ${name}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  direction LR',
    `  [*] --> ${idOf(entered(machine.root))}`,
    ...rungs.flatMap(drawRung),
    ...rungs.flatMap(edgesOf),
    '```',
    '',
    '| state | means | does | looks again |',
    '|---|---|---|---|',
    ...rungs.flatMap(leavesOf).map(row),
  ];
}

function drawRung(rung: StateNode): string[] {
  const children = Object.values(rung.states);
  return [`  state ${rung.key} {`, ...children.map((child) => `    state "${child.key}" as ${idOf(child)}`), '  }'];
}

function edgesOf(rung: StateNode): string[] {
  return Object.values(rung.states).flatMap((state) =>
    (state.always ?? []).map(({ guard, target }, index) => {
      const to = target?.[0];
      const condition = typeof guard === 'string' ? guard : 'otherwise';
      return `  ${idOf(state)} --> ${to ? idOf(entered(to)) : '[*]'} : ${index + 1}. ${condition}`;
    }),
  );
}

/** Where the walk lands when a rung is entered. */
function entered(node: StateNode): StateNode {
  const first = node.config.initial;
  return typeof first === 'string' && node.states[first] ? entered(node.states[first]) : node;
}

const idOf = (node: StateNode): string => node.path.join('_');

const leavesOf = (rung: StateNode): StateNode[] => Object.values(rung.states).filter(({ tags }) => tags.length > 0);

function row(node: StateNode): string {
  const meta = node.config.meta as { reason: string; poll: string; effect?: string };
  const does = meta.effect === undefined ? '' : `\`${meta.effect}\``;
  return `| ${node.path.join('.')} | ${node.tags.join(', ')}: \`${meta.reason}\` | ${does} | ${meta.poll} |`;
}
