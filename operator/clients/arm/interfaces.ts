import { OperatorError } from '../../errors.ts';
import { ownText } from '../../intern.ts';
import type { CallOptions, Read } from '../call.ts';
import { orAbsent } from '../classify.ts';
import type { ArmContext } from './context.ts';
import { armKey, nameAt, parseArmId } from './ids.ts';
import type { Network } from './network.ts';
import { readAddresses } from './read-network.ts';
import type { ArmId, InterfaceAddress } from './types.ts';

type Addresses = readonly InterfaceAddress[];

/** Names are unique in a group; whole ids of thousands weigh as much as what they lead to. */
const keyInGroup = (id: ArmId): string => {
  const key = armKey(id);
  return ownText(key.slice(key.lastIndexOf('/') + 1));
};

const LIST_PERIOD_MS = 1_200_000;
const ADDRESSES_PERIOD_MS = 3_600_000;
/** Before approval the interface shows less than it will: such an answer is not kept for long. */
const INCOMPLETE_PERIOD_MS = 10_000;
/** Section 10.1: "currently five". */
const EXPECTED_ADDRESSES = 5;
/** Up to so many interfaces of a group, single reads cost no more than its list. */
const FEW = 4;
const REFUSED_FOR_MS = 900_000;

/**
 * What the interfaces of private endpoints show (cloud-apis section 9.2): one list per resource group where we have
 * several in it, and the interface itself where the list does not show all five addresses.
 */
export function createInterfaces({ observers, clock, cacheKey }: ArmContext, network: Network) {
  /** Interfaces asked about, by group, up to the number from which on the list is cheaper. */
  const asked = new Map<string, Set<string>>();
  const refusedUntilMs = new Map<string, number>();

  const isCrowd = (group: string, key: string): boolean => {
    let keys = asked.get(group);
    if (!keys) asked.set(group, (keys = new Set()));
    if (keys.size < FEW) keys.add(key);
    return keys.size === FEW && (refusedUntilMs.get(group) ?? 0) <= clock.now();
  };

  const list = (id: ArmId, group: string, call: CallOptions): Promise<Read<ReadonlyMap<string, Addresses>>> => {
    const { subscriptionId, resourceGroup } = parseArmId(id);
    const what = `list the network interfaces of group "${resourceGroup}"`;
    return observers.read(`${cacheKey}|interfaces|${group}`, LIST_PERIOD_MS, call, (shared) =>
      network.run({ subscriptionId, operation: 'networkInterfaces.list', what, call: shared }, async (client) => {
        const found = new Map<string, Addresses>();
        for await (const one of client.networkInterfaces.list(resourceGroup)) {
          // Those of virtual machines are nobody's business here.
          if (one.privateEndpoint && one.id) found.set(keyInGroup(one.id), readAddresses(one));
        }
        return found;
      }),
    );
  };

  const listed = async (id: ArmId, call: CallOptions): Promise<Read<Addresses> | undefined> => {
    const group = armKey(id).split('/providers/')[0]!;
    if (!isCrowd(group, armKey(id)) || call.maxAgeMs !== undefined) return undefined;
    try {
      const { value, readAtMs } = await list(id, group, call);
      const addresses = value.get(keyInGroup(id));
      return addresses && addresses.length >= EXPECTED_ADDRESSES ? { value: addresses, readAtMs } : undefined;
    } catch (error) {
      if (!(error instanceof OperatorError) || error.disposition !== 'blocked') throw error;
      refusedUntilMs.set(group, clock.now() + clock.scaled(REFUSED_FOR_MS));
      return undefined;
    }
  };

  const single = (id: ArmId, call: CallOptions): Promise<Read<Addresses | undefined>> => {
    const key = `${cacheKey}|interface|${armKey(id)}`;
    const known = observers.peek<Addresses | undefined>(key)?.value;
    const incomplete = known !== undefined && known.length < EXPECTED_ADDRESSES;
    const { subscriptionId, resourceGroup } = parseArmId(id);
    const name = nameAt(id, 0);
    const what = `read network interface "${name}" in group "${resourceGroup}"`;
    return observers.read(key, incomplete ? INCOMPLETE_PERIOD_MS : ADDRESSES_PERIOD_MS, call, (shared) =>
      orAbsent(
        network.run({ subscriptionId, operation: 'networkInterfaces.get', what, call: shared }, async (client) =>
          readAddresses(await client.networkInterfaces.get(resourceGroup, name)),
        ),
      ),
    );
  };

  return {
    /** Undefined when there is no such interface. */
    addresses: async (id: ArmId, call: CallOptions): Promise<Read<Addresses | undefined>> =>
      (await listed(id, call)) ?? single(id, call),
  };
}
