import { EVENTS } from '../clients/kube/resources.ts';
import type { KubeClient, KubeObject } from '../clients/kube/types.ts';
import type { Clock } from '../clock.ts';

/** What kube-apiserver keeps events for unless told otherwise (--event-ttl): older ones of an earlier process are gone. */
const EVENT_LIFE_MS = 3_600_000;
const PAGE = 500;

export type ToldEventsOptions = {
  kube: Pick<KubeClient, 'list'>;
  clock: Pick<Clock, 'now'>;
  /** `reportingController` of our events. */
  controller: string;
  signal: AbortSignal;
};

/**
 * What an earlier process of ours may have told, by the digest that ends each Event's name. One list for a namespace: a
 * list for each event goes through all events of the namespace each time, which a fleet's first sweep makes thousands of.
 */
export function createToldEvents({ kube, clock, controller, signal }: ToldEventsOptions) {
  const startedAtMs = clock.now();
  const namespaces = new Map<string, Map<string, string>>();

  const listed = async (namespace: string): Promise<Map<string, string>> => {
    const names = new Map<string, string>();
    let token: string | undefined;
    do {
      const fieldSelector = `reportingController=${controller}`;
      const query = { namespace, fieldSelector, metadataOnly: true, limit: PAGE, ...(token && { continue: token }) };
      const page = await kube.list<KubeObject>(EVENTS, query, signal);
      for (const { metadata } of page.items) names.set(digestIn(metadata.name), metadata.name);
      token = page.continue;
    } while (token);
    return names;
  };

  return {
    /** Name of the Event that says the same of an object as old as this. */
    async find(namespace: string, digest: string, createdAtMs: number): Promise<string | undefined> {
      // Younger objects than this process no earlier one can have known.
      if (createdAtMs > startedAtMs) return undefined;
      if (clock.now() - startedAtMs > EVENT_LIFE_MS) {
        namespaces.clear();
        return undefined;
      }
      let names = namespaces.get(namespace);
      if (!names) namespaces.set(namespace, (names = await listed(namespace)));
      return names.get(digest);
    },
    /** This process has told it; it may forget that before the hour is over. */
    told(namespace: string, digest: string, name: string): void {
      namespaces.get(namespace)?.set(digest, name);
    },
  };
}

const digestIn = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
