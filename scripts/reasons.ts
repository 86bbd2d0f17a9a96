// The tables of docs/troubleshooting.md that are made from the code: what each ladder may say, by the condition that shows it.
import type { AnyStateMachine, StateNode } from 'xstate';
import { machines as mapping } from '../controllers/cross-tenant-mapping/machine.ts';
import { WORDING as MAPPING } from '../controllers/cross-tenant-mapping/words/describe-reasons.ts';
import { WORDING as MANAGED_ENDPOINT } from '../controllers/managed-private-endpoint/describe-reasons.ts';
import { machines as managedEndpoint } from '../controllers/managed-private-endpoint/machine.ts';
import { machines as privateLink } from '../controllers/workspace-private-link/machine.ts';
import { WORDING as PRIVATE_LINK } from '../controllers/workspace-private-link/words/describe-reasons.ts';
import { FAILURES } from '../operator/clients/failure-table.ts';
import { code, sentence, table } from './markdown.ts';

type Wording = Readonly<Record<string, { says: string; next: string }>>;

/** One kind: where a reason shows, beside Ready, Stalled and Reconciling, by ladder or by ladder and rung. */
export type Told = {
  kind: string;
  machines: Readonly<Record<string, AnyStateMachine>>;
  wording: Wording;
  shows: Readonly<Record<string, string>>;
};

const READY = 'Ready only';
const REMOVAL = 'while something is taken down';
const SEVERAL = 'several conditions';

export const KINDS: readonly Told[] = [
  {
    kind: 'WorkspacePrivateLink',
    machines: privateLink,
    wording: PRIVATE_LINK,
    shows: {
      'service.Claim': SEVERAL,
      'service.Eligible': 'Eligible',
      service: 'ServiceReady',
      placement: 'EndpointsReady',
      'endpoint.Approval': 'ConnectionsApproved',
      endpoint: 'EndpointsReady',
      connection: 'ConnectionsApproved',
      managedConnection: 'ConnectionsApproved',
      revocation: 'ConnectionsApproved',
      dns: 'DNSReady',
      proof: 'DNSVerified',
      inbound: 'AccessApplied',
      'inbound.BreakGlass': 'BreakGlass',
      outbound: 'AccessApplied',
      breakGlass: 'BreakGlass',
      outputs: READY,
      notes: READY,
      'service.Connections': READY,
      inboundRelease: REMOVAL,
      endpointRemoval: REMOVAL,
      serviceRemoval: REMOVAL,
      abandonment: REMOVAL,
    },
  },
  {
    kind: 'ManagedPrivateEndpoint',
    machines: managedEndpoint,
    wording: MANAGED_ENDPOINT,
    shows: {
      target: 'TargetResolved',
      'endpoint.Claim': SEVERAL,
      endpoint: 'Requested',
      'endpoint.Approval': 'Approved',
      'endpoint.Ready': 'Approved',
      approval: 'Approved',
      removal: REMOVAL,
      loss: REMOVAL,
    },
  },
  {
    kind: 'CrossTenantMapping',
    machines: mapping,
    wording: MAPPING,
    shows: {
      'mapping.Claim': SEVERAL,
      mapping: 'Mapped',
      'mapping.Principal': 'PrincipalResolved',
      grant: 'Granted',
      revocation: 'Granted',
      expansion: 'GroupExpanded',
      outputs: 'Published',
      string: READY,
      access: READY,
      removal: REMOVAL,
      loss: REMOVAL,
    },
  },
];

/** A reason that says the same in as many places is said once. */
const MANY = 4;
const ACTS: Readonly<Record<string, string>> = { stalled: '**a person**', ready: 'nobody', gone: 'nobody' };

/** What a kind may say, the conditions in the order of `shows`. */
export function reasonTables({ kind, machines, wording, shows }: Told): string {
  const groups = new Map<string, Map<string, Set<string>>>();
  const used = new Set<string>();
  for (const [ladder, machine] of Object.entries(machines)) {
    for (const leaf of leavesOf(machine.root)) {
      const key = [`${ladder}.${leaf.path[0]}`, ladder].find((one) => shows[one] !== undefined);
      if (key === undefined) throw new Error(missing(kind, ladder));
      used.add(key);
      const reasons = entry(groups, shows[key]!, () => new Map<string, Set<string>>());
      const { reason } = leaf.config.meta as { reason: string };
      for (const tag of leaf.tags) entry(reasons, reason, () => new Set<string>()).add(ACTS[tag] ?? 'the operator');
    }
  }
  const stale = Object.keys(shows).filter((key) => !used.has(key));
  if (stale.length > 0)
    throw new Error(`${kind} has no ladder ${stale.join(', ')} any more: take it out of KINDS in scripts/reasons.ts`);
  gather(groups);
  const unsaid = Object.keys(wording).filter((word) => ![...groups.values()].some((reasons) => reasons.has(word)));
  if (unsaid.length > 0)
    groups.set(
      REMOVAL,
      new Map([...(groups.get(REMOVAL) ?? []), ...unsaid.map((word) => [word, new Set(['nobody'])] as const)]),
    );
  const order = [...new Set([SEVERAL, ...Object.values(shows)])].filter((group) => groups.has(group));
  return order.flatMap((group) => [`### ${kind}: ${group}`, '', ...rowsOf(groups.get(group)!, wording)]).join('\n');
}

const missing = (kind: string, ladder: string): string =>
  `the ladder "${ladder}" of ${kind} has no place in docs/troubleshooting.md: add \`${ladder}: '<the condition that shows its reasons>'\` to KINDS in scripts/reasons.ts, then npm run generate`;

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

const leavesOf = (node: StateNode): StateNode[] =>
  node.tags.length > 0 ? [node] : Object.values(node.states).flatMap(leavesOf);

/** What many conditions may say goes into the group of all. */
function gather(groups: Map<string, Map<string, Set<string>>>): void {
  const all = entry(groups, SEVERAL, () => new Map<string, Set<string>>());
  const reasons = new Set([...groups.values()].flatMap((group) => [...group.keys()]));
  for (const reason of reasons) {
    const places = [...groups.values()].filter((group) => group.has(reason));
    if (places.length < MANY && !all.has(reason)) continue;
    const acts = places.flatMap((group) => [...group.get(reason)!]);
    for (const group of places) group.delete(reason);
    all.set(reason, new Set(acts));
  }
  for (const [name, group] of groups) if (group.size === 0) groups.delete(name);
}

/** What a person must do comes first. */
function rowsOf(reasons: ReadonlyMap<string, ReadonlySet<string>>, wording: Wording): string[] {
  const rank = (acts: ReadonlySet<string>) => (acts.has(ACTS.stalled!) ? 0 : acts.has('the operator') ? 1 : 2);
  const sorted = [...reasons].toSorted(([one, a], [other, b]) => rank(a) - rank(b) || (one < other ? -1 : 1));
  return table(
    ['reason', 'who acts', 'what is the case', 'what happens next, or what to do'],
    sorted.map(([reason, acts]) => {
      const { says, next } = wording[reason] ?? { says: '', next: '' };
      return [code(reason), [...acts].toSorted().join(' or '), sentence(says), sentence(next)];
    }),
  );
}

/** What the services' own codes become: the reason of a ladder whose call was refused. */
export function failureTable(): string {
  const reasons = new Map<string, (typeof FAILURES)[number][]>();
  for (const row of FAILURES) entry(reasons, row.reason, () => []).push(row);
  const rows = [...reasons]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([reason, same]) => [
      code(reason),
      [...new Set(same.map(({ disposition }) => disposition))].join(' or '),
      [...new Set(same.flatMap(({ codes }) => codes))].map(code).join(', '),
      [...new Set(same.flatMap(({ remedy }) => remedy ?? []))].map(sentence).join(' Or: '),
    ]);
  return table(['reason', 'what the operator does', 'codes of the service', 'what to do'], rows).join('\n');
}

const mark = (name: string): string => `<!-- ${name}: generated by npm run generate -->`;
const END = '<!-- end -->';

/** The page with its generated tables replaced; throws when a mark is gone. */
export function withReasons(page: string): string {
  const blocks = [
    ...KINDS.map((told) => [told.kind, reasonTables(told)] as const),
    ['errors', failureTable()] as const,
  ];
  return blocks.reduce((text, [name, block]) => {
    const from = text.indexOf(mark(name));
    const to = text.indexOf(END, from);
    if (from < 0 || to < 0)
      throw new Error(`docs/troubleshooting.md has lost its mark ${mark(name)} or the ${END} after it`);
    return `${text.slice(0, from)}${mark(name)}\n\n${block}\n${text.slice(to)}`;
  }, page);
}
