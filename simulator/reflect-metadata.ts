/**
 * The three functions of the Reflect metadata proposal that tsyringe, below @peculiar/x509, looks for at load time.
 * Call this before @peculiar/x509 is imported (dynamically: static imports may be loaded in any order).
 */
type Key = string | symbol | undefined;
type Target = object;

const store = new WeakMap<Target, Map<Key, Map<unknown, unknown>>>();

const own = (metadataKey: unknown, target: Target, property?: Key) =>
  store.get(target)?.get(property)?.get(metadataKey);

function inherited(metadataKey: unknown, target: Target | null, property?: Key): unknown {
  if (target === null) return undefined;
  return (
    own(metadataKey, target, property) ?? inherited(metadataKey, Object.getPrototypeOf(target) as Target, property)
  );
}

function define(metadataKey: unknown, value: unknown, target: Target, property?: Key): void {
  const ofTarget = store.get(target) ?? new Map<Key, Map<unknown, unknown>>();
  const ofProperty = ofTarget.get(property) ?? new Map<unknown, unknown>();
  store.set(target, ofTarget.set(property, ofProperty.set(metadataKey, value)));
}

export function installReflectMetadata(): void {
  if ('getMetadata' in Reflect) return;
  Object.assign(Reflect, { getMetadata: inherited, getOwnMetadata: own, defineMetadata: define });
}
