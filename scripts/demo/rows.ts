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
  connections?: { privateEndpointId: string; status?: string; decidedBy?: string }[];
};
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
    nextStep:
      status.nextStep ??
      (object.metadata.labels?.[EXPECT_LABEL] === 'NotServedYet' ? 'its controller comes later' : ''),
    settled: verdict === undefined,
    stalled: isStalled(status),
    parts: [
      ...(status.endpoints ?? []).map((endpoint) => ({
        name: endpoint.name,
        phase: endpoint.phase ?? '—',
        message: [gatewayOf(endpoint), endpoint.message].filter((text) => text !== undefined).join(' '),
      })),
      ...(status.connections ?? []).map(({ privateEndpointId, status: state, decidedBy }) => ({
        name: `← ${privateEndpointId.split('/').at(-1)}`,
        phase: state ?? '—',
        message: decidedBy
          ? `Somebody else’s request, decided by ${decidedBy}.`
          : 'Somebody else’s request; nobody here decides about it.',
      })),
    ],
  };
}

const isStalled = ({ conditions = [] }: Status): boolean =>
  conditions.some(({ type, status }) => type === 'Stalled' && status === 'True');

function gatewayOf({ gateway }: Endpoint): string | undefined {
  return (
    gateway && `Gateway ${gateway.displayName ?? ''} (${gateway.type ?? 'not seen'}) is ${gateway.state ?? 'Unknown'}.`
  );
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
      if (current && ready?.status === 'False' && isStalled(status) && status.nextStep) return undefined;
      return `awaits nobody: ${ready?.reason ?? 'it has no Ready condition yet'}`;
    case 'NotServedYet':
      return object.status === undefined ? undefined : 'has a status, although no controller serves it yet';
    default:
      return `carries no label ${EXPECT_LABEL} with a known value`;
  }
}
