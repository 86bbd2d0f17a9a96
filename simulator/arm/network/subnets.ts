import { keyOf, parentOf } from '../ids.ts';
import type { ArmWorld, Subnet, VirtualNetwork } from '../types.ts';

/** Azure keeps the first four addresses and the last one of each subnet. */
const KEPT_AT_START = 4;
const KEPT = 5;

export function findSubnet(arm: ArmWorld, subnetId: string): { network: VirtualNetwork; subnet: Subnet } | undefined {
  const network = arm.virtualNetworks[keyOf(parentOf(subnetId))];
  const subnet = network?.subnets.find(({ id }) => keyOf(id) === keyOf(subnetId));
  return network && subnet ? { network, subnet } : undefined;
}

/** How many addresses resources can have in this subnet. */
export function usableAddresses(subnet: Subnet): number {
  return Math.max(0, sizeOf(subnet) - KEPT);
}

export function usedAddresses(subnet: Subnet): number {
  return Object.keys(subnet.allocations).length;
}

/** Takes `count` addresses, the lowest free ones in order; undefined, and nothing taken, when there are not as many. */
export function allocate(subnet: Subnet, count: number, holderId: string): string[] | undefined {
  const free: string[] = [];
  const start = toNumber(subnet.addressPrefix.split('/')[0] ?? '');
  let offset = subnet.searchFrom ?? KEPT_AT_START;
  for (; offset < sizeOf(subnet) - 1 && free.length < count; offset++) {
    const address = toAddress(start + offset);
    if (!(address in subnet.allocations)) free.push(address);
  }
  if (free.length < count) return undefined;
  for (const address of free) subnet.allocations[address] = keyOf(holderId);
  subnet.searchFrom = offset;
  return free;
}

/** Gives back everything that the holder has in this subnet. */
export function release(subnet: Subnet, holderId: string): void {
  for (const [address, holder] of Object.entries(subnet.allocations)) {
    if (holder === keyOf(holderId)) delete subnet.allocations[address];
  }
  delete subnet.searchFrom;
}

function sizeOf({ addressPrefix }: Subnet): number {
  return 2 ** (32 - Number(addressPrefix.split('/')[1]));
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
