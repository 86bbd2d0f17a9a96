/** Addresses of private endpoints that lead to the Fabric front end, and whose listeners follow them. */
export type Addresses = {
  /** Called by the network when an endpoint's API address begins and ceases to exist. */
  open(address: string): void;
  close(address: string): void;
  /** Exactly these, after the world was replaced. */
  reset(addresses: readonly string[]): void;
  list(): string[];
  /** The front end subscribes; addresses that are open already are told at once. */
  watch(listener: { opened(address: string): void; closed(address: string): void }): void;
};

export function createAddresses(): Addresses {
  const open = new Set<string>();
  const listeners: { opened(address: string): void; closed(address: string): void }[] = [];
  const add = (address: string) => {
    if (open.has(address)) return;
    open.add(address);
    for (const listener of listeners) listener.opened(address);
  };
  const remove = (address: string) => {
    if (!open.delete(address)) return;
    for (const listener of listeners) listener.closed(address);
  };
  return {
    open: add,
    close: remove,
    reset(addresses) {
      for (const address of open) if (!addresses.includes(address)) remove(address);
      addresses.forEach(add);
    },
    list: () => [...open],
    watch(listener) {
      listeners.push(listener);
      for (const address of open) listener.opened(address);
    },
  };
}
