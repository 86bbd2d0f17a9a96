import { resourceName } from '../clients/kube/resources.ts';
import type { ResourceType } from '../clients/kube/types.ts';
import { createInformer, type Informer, type InformerOptions } from './informer.ts';
import type { Instruments } from './instruments.ts';
import type { Kind } from './kind.ts';

export type InformersOptions = Omit<InformerOptions, 'type' | 'indexes' | 'observer'> & {
  kinds: readonly Kind[];
  instruments: Instruments;
};

/** One informer for each resource that any kind is about or watches, shared by all. */
export function createInformers({ kinds, instruments, ...shared }: InformersOptions) {
  const indexesOf = new Map(kinds.map((kind) => [resourceName(kind.type), kind.indexes]));
  const informers = new Map<string, Informer>();
  const watches = kinds.flatMap((kind) => kind.watches ?? []);
  const types = kinds.flatMap((kind) => [kind.type, ...(kind.watches ?? []).map((watch) => watch.type)]);
  for (const type of types) {
    const name = resourceName(type);
    if (informers.has(name)) continue;
    const indexes = indexesOf.get(name);
    const wanted = kinds.some((kind) => resourceName(kind.type) === name)
      ? []
      : watches.filter((watch) => resourceName(watch.type) === name);
    const optional = wanted.every((watch) => watch.optional !== undefined) ? wanted[0]?.optional : undefined;
    informers.set(
      name,
      createInformer({
        ...shared,
        type,
        observer: instruments.informer(name),
        ...(indexes && { indexes }),
        ...(optional !== undefined && { optional }),
      }),
    );
  }
  const all = [...informers.values()];

  return {
    all: all as readonly Informer[],
    /** Throws when no kind is about this resource or watches it. */
    of(type: Pick<ResourceType, 'group' | 'plural'>): Informer {
      const informer = informers.get(resourceName(type));
      if (!informer) throw new Error(`${resourceName(type)} is not cached: no kind is about it or watches it`);
      return informer;
    },
    start(): void {
      for (const informer of all) informer.start();
    },
    async stop(): Promise<void> {
      await Promise.all(all.map((informer) => informer.stop()));
    },
    hasSynced: () => all.every((informer) => informer.hasSynced()),
    unsynced: () => all.filter((informer) => !informer.hasSynced()).map(({ type }) => resourceName(type)),
    onSynced(callback: () => void): void {
      for (const informer of all) {
        informer.onSynced(() => {
          if (all.every((other) => other.hasSynced())) callback();
        });
      }
    },
  };
}
