import { describe, expect, test } from '@jest/globals';
import { FABRIC_URL, linesOf, scripted } from './clouds-on-script.ts';
import { type Answer, aCall, json, rejection } from './fakes.ts';
import { GATEWAYS } from './fixtures/fabric-shapes.ts';

const fresh = () => aCall({ maxAgeMs: 0 });
const ID = GATEWAYS.virtualNetwork.id;
const HUB =
  '/subscriptions/11111111-0000-4000-8000-000000000001/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/hub';

describe('the list of gateways', () => {
  test('tells where those of virtual networks sit, and keeps whatever it does not know', async () => {
    const pages = [
      json({ value: Object.values(GATEWAYS).slice(0, 2), continuationToken: 'next' }),
      json({ value: [...Object.values(GATEWAYS).slice(2), null] }),
    ];
    const { clients, requests } = await scripted(() => pages.shift()!);
    expect((await clients.fabric.gateways(fresh())).value).toEqual([
      {
        id: ID,
        type: 'VirtualNetwork',
        displayName: 'vgw-1',
        virtualNetworkId: HUB,
        subnetId: `${HUB}/subnets/snet-gateway`,
      },
      {
        id: GATEWAYS.streaming.id,
        type: 'StreamingVirtualNetwork',
        displayName: 'stream',
        virtualNetworkId: HUB,
        subnetId: `${HUB}/subnets/snet-streams`,
      },
      { id: GATEWAYS.onPremises.id, type: 'OnPremises', displayName: 'rack 7' },
      { id: GATEWAYS.personal.id, type: 'OnPremisesPersonal', displayName: undefined },
      { id: GATEWAYS.unheardOf.id, type: 'Satellite', displayName: 'in orbit' },
    ]);
    expect(linesOf(requests)).toEqual(['GET /v1/gateways', 'GET /v1/gateways?continuationToken=next']);
    expect(requests.every(({ url }) => url.startsWith(FABRIC_URL))).toBe(true);
  });

  test.each([
    ['a part is missing', { subnetName: null }, { virtualNetworkId: HUB }],
    ['a part would lead elsewhere', { virtualNetworkName: 'hub/subnets/x' }, {}],
    ['the network is unknown', { subscriptionId: '' }, {}],
  ])('composes no id of which %s', async (_name, change, expected) => {
    const network = { ...GATEWAYS.virtualNetwork.virtualNetworkAzureResource, ...change };
    const gateway = { ...GATEWAYS.virtualNetwork, virtualNetworkAzureResource: network };
    const { clients } = await scripted(() => json({ value: [gateway] }));
    expect((await clients.fabric.gateways(fresh())).value).toEqual([
      { id: ID, type: 'VirtualNetwork', displayName: 'vgw-1', ...expected },
    ]);
  });

  test('is one for all who ask', async () => {
    const { clients, requests } = await scripted(() => json({ value: [] }));
    await Promise.all([clients.fabric.gateways(aCall()), clients.fabric.gateways(aCall({ key: 'team-a/two' }))]);
    await clients.fabric.gateways(aCall());
    expect(requests).toHaveLength(1);
  });
});

describe('the status of a gateway', () => {
  const begun = (headers: Record<string, string>): Answer => ({ status: 202, headers, body: '' });
  const OPERATION = '0f1e0000-0000-4000-8000-00000000000a';
  const at = (path: string) => `https://api.fabric.microsoft.com${path}`;

  test.each(['Online', 'Offline', 'Dozing'])('may come at once: %s', async (status) => {
    const { clients, requests, records } = await scripted(() => json({ status, gatewayVersion: '3000.1' }));
    expect((await clients.fabric.gatewayStatus(ID, fresh())).value).toBe(status);
    expect(linesOf(requests)).toEqual([`POST /v1/gateways/${ID}/checkStatus`]);
    // A POST, but nobody who must not write needs to fear it.
    expect(requests[0]).toMatchObject({ safe: true });
    expect(records).toMatchObject([{ operation: 'gateways.checkStatus', write: false }]);
  });

  test('is asked for once in a while only', async () => {
    const { clients, clock, requests } = await scripted(() => json({ status: 'Online' }));
    await clients.fabric.gatewayStatus(ID, aCall());
    await clock.advance(60_000);
    await clients.fabric.gatewayStatus(ID.toUpperCase(), aCall());
    expect(requests).toHaveLength(1);
  });

  test('is followed from call to call while Fabric asks the gateway', async () => {
    const answers: Answer[] = [
      begun({ location: at(`/v1/operations/${OPERATION}`), 'x-ms-operation-id': OPERATION, 'retry-after': '30' }),
      json({ status: 'Running', percentComplete: 10 }, 200, { 'retry-after': '20' }),
      json({ status: 'Succeeded', percentComplete: 100 }, 200, { location: at(`/operations/${OPERATION}/result`) }),
      json({ status: 'Offline', errorDetails: [] }),
    ];
    const { clients, clock, requests } = await scripted(() => answers.shift()!);
    const ask = async () => (await clients.fabric.gatewayStatus(ID, fresh())).value;
    expect(await ask()).toBeUndefined();
    await clock.advance(29_000);
    expect(await ask()).toBeUndefined();
    expect(requests).toHaveLength(1);
    await clock.advance(1_000);
    expect(await ask()).toBeUndefined();
    await clock.advance(20_000);
    expect(await ask()).toBe('Offline');
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${FABRIC_URL}/v1/gateways/${ID}/checkStatus`,
      `GET ${FABRIC_URL}/v1/operations/${OPERATION}`,
      `GET ${FABRIC_URL}/v1/operations/${OPERATION}`,
      // As the service spells it, on the host that we know.
      `GET ${FABRIC_URL}/operations/${OPERATION}/result`,
    ]);
    expect(await ask().catch(() => 'asked anew')).toBe('asked anew');
  });

  test('is not kept as unknown by callers who do not mind its age', async () => {
    const answers: Answer[] = [
      begun({ 'x-ms-operation-id': OPERATION }),
      json({ status: 'Succeeded' }),
      json({ status: 'Online' }),
    ];
    const { clients, clock, requests } = await scripted(() => answers.shift()!);
    const ask = async () => (await clients.fabric.gatewayStatus(ID, aCall())).value;
    expect(await ask()).toBeUndefined();
    expect(await ask()).toBeUndefined();
    await clock.advance(21_000);
    expect(await ask()).toBe('Online');
    expect(linesOf(requests).slice(1)).toEqual([
      `GET /v1/operations/${OPERATION}`,
      `GET /v1/operations/${OPERATION}/result`,
    ]);
  });

  test('of a check that failed is an error in the service’s words; the next one begins anew', async () => {
    const answers: Answer[] = [
      begun({ 'x-ms-operation-id': OPERATION }),
      json({ status: 'Failed', error: { errorCode: 'OperationFailedOnTimeout', message: 'too long' } }),
      json({ status: 'Online' }),
    ];
    const { clients, clock } = await scripted(() => answers.shift()!);
    await clients.fabric.gatewayStatus(ID, fresh());
    await clock.advance(20_000);
    expect(await rejection(clients.fabric.gatewayStatus(ID, fresh()))).toMatchObject({
      disposition: 'transient',
      code: 'OperationFailedOnTimeout',
      message: `cannot check the status of gateway ${ID}: OperationFailedOnTimeout: too long`,
    });
    await clock.advance(60_000);
    expect((await clients.fabric.gatewayStatus(ID, fresh())).value).toBe('Online');
  });

  test('of a check that Fabric has forgotten is unknown, and asked for anew', async () => {
    const answers: Answer[] = [
      begun({ 'x-ms-operation-id': OPERATION }),
      json({ errorCode: 'OperationNotFound', message: 'gone' }, 404),
      json({ status: 'Online' }),
    ];
    const { clients, clock } = await scripted(() => answers.shift()!);
    await clients.fabric.gatewayStatus(ID, fresh());
    await clock.advance(20_000);
    expect((await clients.fabric.gatewayStatus(ID, fresh())).value).toBeUndefined();
    expect((await clients.fabric.gatewayStatus(ID, fresh())).value).toBe('Online');
  });

  test('of a gateway that we may not see is an error, not a status', async () => {
    const { clients } = await scripted(() => json({ errorCode: 'EntityNotFound', message: 'no' }, 404));
    expect(await rejection(clients.fabric.gatewayStatus(ID, fresh()))).toMatchObject({ code: 'EntityNotFound' });
  });
});
