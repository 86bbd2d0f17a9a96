// From the objects of the cluster to the lines of the screen, and to the question whether each rests where its label says.
import type { Condition, KubeObject } from '../../operator/clients/kube/types.ts';
import type { Row } from './table.ts';

export const EXPECT_LABEL = 'fabriclink.dev/expect';

type Status = {
  observedGeneration?: number;
  phase?: string;
  nextStep?: string;
  conditions?: Condition[];
  endpoints?: { name: string; phase?: string; message?: string }[];
};

/** Reasons that mean: a person is awaited. */
const PERSON = /register|approv|person|administrator|ask|run:/i;

export function toRow(object: KubeObject): Row {
  const status = (object.status ?? {}) as Status;
  const verdict = judge(object);
  return {
    kind: object.kind,
    name: shortName(object),
    phase: status.phase ?? '—',
    ready: status.conditions?.find(({ type }) => type === 'Ready')?.status ?? '',
    nextStep:
      status.nextStep ??
      (object.metadata.labels?.[EXPECT_LABEL] === 'NotServedYet' ? 'its controller comes later' : ''),
    settled: verdict === undefined,
    stalled: status.conditions?.some(({ type, status: held }) => type === 'Stalled' && held === 'True') ?? false,
    parts: (status.endpoints ?? []).map(({ name, phase, message }) => ({
      name,
      phase: phase ?? '—',
      message: message ?? '',
    })),
  };
}

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
      if (current && ready?.status === 'False' && PERSON.test(status.nextStep ?? '')) return undefined;
      return `awaits nobody: nextStep is "${status.nextStep ?? ''}"`;
    case 'NotServedYet':
      return object.status === undefined ? undefined : 'has a status, although no controller serves it yet';
    default:
      return `carries no label ${EXPECT_LABEL} with a known value`;
  }
}
