import type { CallOptions } from '../call.ts';
import { orAbsent } from '../classify.ts';
import type { ArmContext } from './context.ts';
import { armKey, nameAt, parseArmId, sameArmId } from './ids.ts';
import type { Network, NetworkCall } from './network.ts';
import { readSubnet } from './read-network.ts';
import type { ArmId, ArmVirtualNetworks } from './types.ts';

const SUBNET_PERIOD_MS = 3_600_000;
/** Somebody else may take the last addresses at any time. */
const USAGE_PERIOD_MS = 300_000;

/** Virtual networks as far as the placement of an endpoint needs them (cloud-apis section 24, A10 and A11). */
export function createVirtualNetworks(context: ArmContext, network: Network): ArmVirtualNetworks {
  const about = (subnetId: ArmId, operation: string, call: CallOptions): NetworkCall => ({
    subscriptionId: parseArmId(subnetId).subscriptionId,
    operation: `virtualNetworks.${operation}`,
    what: `read subnet "${nameAt(subnetId, 1)}" of network "${nameAt(subnetId, 0)}"`,
    call,
  });
  return {
    subnet: (subnetId, call) =>
      context.observers.read(
        `${context.cacheKey}|subnet|${armKey(subnetId)}`,
        SUBNET_PERIOD_MS,
        call,
        async (shared) => {
          const { resourceGroup } = parseArmId(subnetId);
          const [vnet, subnet] = [nameAt(subnetId, 0), nameAt(subnetId, 1)];
          const found = await orAbsent(
            network.run(about(subnetId, 'get', shared), (client) => client.virtualNetworks.get(resourceGroup, vnet)),
          );
          if (!found) return undefined;
          // The network's answer embeds its subnets; reading one by itself also works where only that is granted.
          const embedded = found.subnets?.find(({ id }) => id !== undefined && sameArmId(id, subnetId));
          const own =
            embedded ??
            (await orAbsent(
              network.run(about(subnetId, 'subnet', shared), (client) =>
                client.subnets.get(resourceGroup, vnet, subnet),
              ),
            ));
          return own && { location: found.location ?? '', subnet: readSubnet(own) };
        },
      ),
    freeAddresses: (subnetId, call) =>
      context.observers.read(`${context.cacheKey}|usage|${armKey(subnetId)}`, USAGE_PERIOD_MS, call, async (shared) =>
        orAbsent(
          network.run(about(subnetId, 'usages', shared), async (client) => {
            const usages = client.virtualNetworks.listUsage(parseArmId(subnetId).resourceGroup, nameAt(subnetId, 0));
            for await (const { id, limit, currentValue } of usages) {
              if (id === undefined || !sameArmId(id, subnetId)) continue;
              return limit === undefined || currentValue === undefined ? undefined : Math.max(0, limit - currentValue);
            }
            return undefined;
          }),
        ),
      ),
  };
}
