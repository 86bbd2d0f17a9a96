import { attempt, blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { type Reader } from '../reading.ts';
import type { EndpointSeen, Fault, OutputsFacts, OutputsSeen } from '../types.ts';
import { OUTPUT_KEYS, type Outputs, outputsOf } from './desired.ts';

type Published = Awaited<ReturnType<Reader['deps']['publisher']['read']>>;
/** The cluster alone is asked: no credentials for any cloud are needed. */
type Asking = Pick<Reader, 'deps' | 'pass' | 'desired' | 'provenance'>;

/** Undefined when nothing is asked for, and nothing was ever published. `usable`: the service is there. */
export async function observeOutputs(
  context: Asking,
  endpoints: readonly EndpointSeen[],
  usable: boolean,
): Promise<OutputsSeen | undefined> {
  const { pass, provenance, desired } = context;
  const deleting = pass.resource.metadata.deletionTimestamp !== undefined;
  const wanted = deleting ? undefined : pass.resource.spec.publishTo?.configMapName;
  const { published } = provenance;
  if (wanted === undefined && published === undefined) return undefined;
  const isPrevious = published !== undefined && published !== wanted;
  const before = isPrevious ? await read(context, published) : undefined;
  const facts: OutputsFacts = {
    wanted: wanted !== undefined,
    service: usable ? 'ready' : 'notReady',
    previous: before === undefined ? 'none' : before.fault ? blindness(before.fault) : 'left',
    content: endpoints.some(isUnread) ? 'unobservable' : 'known',
    target: 'absent',
  };
  const seen: OutputsSeen = { facts, ...(wanted !== undefined && { name: wanted }) };
  if (before?.fault) return { ...seen, fault: before.fault };
  if (wanted === undefined || isPrevious) return seen;
  const closed = pass.resource.spec.inbound?.publicAccess === 'Deny';
  const reached = endpoints.map((endpoint) => ({ desired: endpoint.desired, addresses: endpoint.addresses }));
  const data = outputsOf(desired, reached, closed);
  const found = await read(context, wanted);
  return { ...seen, data, ...judged(found, data, facts) };
}

/** Its addresses could not be read just now, though it may well have some. */
const isUnread = ({ facts, addresses, fault }: EndpointSeen): boolean =>
  facts.service === 'ready' &&
  (facts.endpoint === 'unobservable' ||
    facts.endpoint === 'refused' ||
    facts.connection === 'unobservable' ||
    (facts.connection === 'approved' && addresses.length === 0)) &&
  (fault !== undefined || facts.connection === 'approved');

function judged(
  found: Reading<Published>,
  data: Outputs,
  facts: OutputsFacts,
): { facts: OutputsFacts; version?: string; fault?: Fault } {
  if (found.fault) return { facts: { ...facts, target: blindness(found.fault) }, fault: found.fault };
  const { value } = found;
  if (value.state === 'absent') return { facts };
  if (value.state === 'taken') return { facts: { ...facts, target: 'taken' } };
  const isCurrent = OUTPUT_KEYS.every((key) => value.data[key] === data[key]);
  return { facts: { ...facts, target: isCurrent ? 'current' : 'outdated' }, version: value.version };
}

const read = (context: Asking, name: string): Promise<Reading<Published>> =>
  attempt(context, `ConfigMap ${context.pass.resource.metadata.namespace}/${name}`, () =>
    context.deps.publisher.read(context.pass.resource, name, context.pass.signal),
  );
