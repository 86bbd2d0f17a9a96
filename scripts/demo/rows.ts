// From the objects of the cluster to the lines of the screen, and to the question whether each rests where its label says.
import type { Condition, KubeObject } from '../../operator/clients/kube/types.ts';
import type { Row } from './table.ts';

export const EXPECT_LABEL = 'fabriclink.dev/expect';

type Status = {
  observedGeneration?: number;
  phase?: string;
  nextStep?: string;
  conditions?: Condition[];
  endpoints?: Endpoint[];
  /** Of others: requests that this object did not make itself. */
  connections?: Request[];
  /** Of guests of another tenant. */
  grants?: Grant[];
  expansion?: { state?: string; expectedBy?: string };
  connectionStrings?: { name: string; host?: string; message?: string }[];
};
type Grant = { workspaceId: string; role?: string; state?: string; message?: string };
type Request = { privateEndpointId: string; status?: string; decidedBy?: string };
type Endpoint = {
  name: string;
  phase?: string;
  message?: string;
  gateway?: { type?: string; displayName?: string; state?: string };
};

export function toRow(object: KubeObject): Row {
  const status = (object.status ?? {}) as Status;
  const verdict = judge(object);
  return {
    kind: object.kind,
    name: shortName(object),
    phase: status.phase ?? '—',
    ready: status.conditions?.find(({ type }) => type === 'Ready')?.status ?? '',
    nextStep: status.nextStep ?? '',
    settled: verdict === undefined,
    awaitsPerson: awaitsPerson(status),
    parts: [
      ...(status.endpoints ?? []).flatMap(endpointParts),
      ...(status.connections ?? []).map(requestPart),
      ...guestParts(status),
    ],
  };
}

/** A line for the endpoint, and one for the data gateway that it is for. */
function endpointParts({ name, phase = '—', message = '', gateway }: Endpoint): Row['parts'] {
  const endpoint = { name, phase, message };
  if (!gateway) return [endpoint];
  const { displayName = 'gateway', type, state = 'Unknown' } = gateway;
  const served = `Data gateway${type ? ` (${type})` : ', not seen'}, which endpoint ${name} is for.`;
  return [endpoint, { name: `⇄ ${displayName}`, phase: state, message: served }];
}

function requestPart({ privateEndpointId, status, decidedBy }: Request): Row['parts'][number] {
  return {
    name: `← ${privateEndpointId.split('/').at(-1)}`,
    phase: status ?? '—',
    message: decidedBy
      ? `Somebody else’s request, decided by ${decidedBy}.`
      : 'Somebody else’s request; not decided here.',
  };
}

/** What a guest has: roles, hosts to connect to, and for a group when its members have it. */
function guestParts({ grants = [], expansion, connectionStrings = [] }: Status): Row['parts'] {
  const roles = grants.map(({ workspaceId, role, state = '—', message }) => ({
    name: `◦ ${role ?? 'no role'}`,
    phase: state,
    message: message ?? `In workspace ${workspaceId}.`,
  }));
  const hosts = connectionStrings.map(({ name, host, message }) => ({
    name: `◦ ${name}`,
    phase: host === undefined ? '—' : 'Known',
    message: host ?? message ?? '',
  }));
  if (!expansion) return [...roles, ...hosts];
  const { state = '—', expectedBy } = expansion;
  const by = expectedBy ? `by ${expectedBy}` : 'within an hour of their first role';
  const when = `Fabric looks into the group every hour; members have access ${by}.`;
  return [...roles, ...hosts, { name: '◦ members', phase: state, message: when }];
}

const isTrue = ({ conditions = [] }: Status, type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === 'True');

/** Waits without failing, so it is under way as far as conditions go, and yet only a person ends it. */
const AWAITS_DECISION = 'AwaitingApproval';

/** Not there, and nothing under way that would bring it there: stalled, only observed, or asked for and not decided. */
function awaitsPerson(status: Status): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'False' && (ready.reason === AWAITS_DECISION || !isTrue(status, 'Reconciling'));
}

/** With which the owner of a target decides in Git, as the object's own status has it; undefined while nobody is awaited. */
export const decisionCommand = (status: { nextStep?: string } | undefined): string | undefined =>
  /`(kubectl [^`]+ patch workspaceprivatelink [^`]+)`/.exec(status?.nextStep ?? '')?.[1];

const SHORT: Record<string, string> = {
  WorkspacePrivateLink: 'wpl',
  ManagedPrivateEndpoint: 'mpe',
  CrossTenantMapping: 'ctm',
};

/** `kind/name`, as kubectl takes it. */
export function shortName({ kind, metadata }: KubeObject): string {
  return `${SHORT[kind] ?? kind}/${metadata.name}`;
}

/** Undefined: the object rests where its label says. Otherwise why not. */
export function judge(object: KubeObject): string | undefined {
  const status = (object.status ?? {}) as Status;
  const expected = object.metadata.labels?.[EXPECT_LABEL];
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const current = status.observedGeneration === object.metadata.generation;
  switch (expected ?? '') {
    case 'Ready':
      if (current && ready?.status === 'True') return undefined;
      return ready ? `${ready.reason}: ${ready.message}` : 'has no Ready condition yet';
    case 'AwaitingPerson':
      if (current && awaitsPerson(status) && status.nextStep) return undefined;
      return `awaits nobody: ${ready?.reason ?? 'it has no Ready condition yet'}`;
    default:
      return `carries no label ${EXPECT_LABEL} with a known value`;
  }
}
