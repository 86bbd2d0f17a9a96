import { describe, expect, test } from '@jest/globals';
import { gatewayFact } from '../../../controllers/workspace-private-link/placement/observe-gateway.ts';
import { anEndpoint, aWorkspacePrivateLink, aWorld, live, SUBNET } from './living.ts';

const ID = '33333333-3333-4333-8333-333333333333';
const network = SUBNET.replace(/\/subnets\/.*/, '');
const inNetwork = { id: ID, displayName: 'vgw', type: 'VirtualNetwork', virtualNetworkId: network };
const ofGateway = () => aWorkspacePrivateLink({ endpoints: [anEndpoint('hub', { gateway: { gatewayId: ID } })] });

describe('what a gateway says about a subnet', () => {
  test.each([
    ['in its network, whatever the case', { ...inNetwork, virtualNetworkId: network.toUpperCase() }, 'fits'],
    ['in its network, streaming', { ...inNetwork, type: 'StreamingVirtualNetwork' }, 'fits'],
    ['in a network whose name begins alike', { ...inNetwork, virtualNetworkId: `${network}-2` }, 'otherNetwork'],
    ['its own', { ...inNetwork, subnetId: SUBNET.toUpperCase() }, 'ownSubnet'],
    ['on-premises', { id: ID, displayName: 'opdg', type: 'OnPremises' }, 'onPremises'],
    ['personal', { id: ID, displayName: undefined, type: 'OnPremisesPersonal' }, 'unchecked'],
    ['of a type that is newer than we are', { ...inNetwork, type: 'Orbital' }, 'unchecked'],
    ['of a network that Fabric does not name', { id: ID, displayName: 'vgw', type: 'VirtualNetwork' }, 'unchecked'],
    ['not listed', undefined, 'notFound'],
  ] as const)('%s', (_, gateway, fact) => {
    expect(gatewayFact(gateway, SUBNET)).toBe(fact);
  });
});

describe('the question whether it is online', () => {
  test('goes to a gateway that we understand, and the answer is told', async () => {
    const world = aWorld({ gateways: [inNetwork] });
    const living = live(world, ofGateway());
    await living.settle();
    expect(living.resource.status?.endpoints?.[0]?.gateway).toMatchObject({ type: 'VirtualNetwork', state: 'Online' });
    expect(world.reads).toContain('gateways.checkStatus');
  });

  test('is not put to a personal one, nor to one of a type that we do not know', async () => {
    for (const type of ['OnPremisesPersonal', 'Orbital']) {
      const world = aWorld({ gateways: [{ ...inNetwork, type }] });
      const living = live(world, ofGateway());
      await living.settle();
      expect(world.reads).not.toContain('gateways.checkStatus');
      expect(living.rest('placement/hub')).toBe('Settled.Unchecked');
      expect(living.condition('Ready')?.status).toBe('True');
    }
  });
});
