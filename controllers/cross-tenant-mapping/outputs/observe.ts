import { attempt, blindness, type Reading } from '../../../operator/runtime/reading.ts';
import { type Context } from '../reading.ts';
import type { StringsSeen } from '../strings/types.ts';
import { changeOf, holderOf, publishedIn, sameHolder } from './desired.ts';
import type { OutputsFacts } from './fact-types.ts';
import type { Holder, OutputsSeen } from './types.ts';

/** The cluster alone is asked: no credentials for any cloud are needed. */
type Asking = Pick<Context, 'deps' | 'pass'>;
type Published = Awaited<ReturnType<Context['deps']['publishers'][Holder['kind']]['read']>>;

/** Undefined when nothing is asked for, and nothing was ever published. */
export async function observeOutputs(context: Asking, strings: StringsSeen): Promise<OutputsSeen | undefined> {
  const { metadata, spec } = context.pass.resource;
  const note = publishedIn(metadata.annotations);
  const hosts = new Map(Object.values(strings).map(({ name, host }) => [name, host]));
  const keys = [...hosts.keys()];
  const isWanted = metadata.deletionTimestamp === undefined && keys.length > 0;
  const holder = isWanted ? holderOf(spec.publishTo) : undefined;
  if (!holder && !note) return undefined;
  const blank: OutputsFacts = {
    wanted: holder !== undefined,
    previous: 'none',
    content: [...hosts.values()].some((host) => host !== undefined) ? 'some' : 'none',
    target: 'absent',
  };
  const seen = { note, keys, ...(holder && { holder }) };
  if (note && !sameHolder(note, holder)) {
    const before = await read(context, note);
    if (before.fault) return { ...seen, facts: { ...blank, previous: blindness(before.fault) }, fault: before.fault };
    const next = holder && (await read(context, holder));
    const target = next?.fault ? blindness(next.fault) : next?.value.state === 'taken' ? 'taken' : 'absent';
    return { ...seen, facts: { ...blank, previous: 'left', target }, ...(next?.fault && { fault: next.fault }) };
  }
  if (!holder) return { ...seen, facts: blank };
  const found = await read(context, holder);
  if (found.fault) return { ...seen, facts: { ...blank, target: blindness(found.fault) }, fault: found.fault };
  const { value } = found;
  if (value.state === 'taken') return { ...seen, facts: { ...blank, target: 'taken' } };
  const { state, change } = changeOf(hosts, value.state === 'absent' ? {} : value.data, note?.keys ?? []);
  if (value.state === 'absent') return { ...seen, facts: blank, change };
  return { ...seen, facts: { ...blank, target: state }, change, version: value.version };
}

const read = ({ deps, pass }: Asking, { kind, name }: Holder): Promise<Reading<Published>> =>
  attempt({ pass }, `${kind} ${pass.resource.metadata.namespace}/${name}`, () =>
    deps.publishers[kind].read(pass.resource, name, pass.signal),
  );
