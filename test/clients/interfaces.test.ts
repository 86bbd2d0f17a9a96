import { describe, expect, test } from '@jest/globals';
import { linesOf, scripted } from './clouds-on-script.ts';
import { aCall, json, SUBSCRIPTION } from './fakes.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-links`;
const idOf = (name: string) => `${GROUP}/providers/Microsoft.Network/networkInterfaces/${name}`;

function shown(name: string, addresses: number, ofEndpoint = true) {
  const ipConfigurations = Array.from({ length: addresses }, (_, index) => ({
    name: `c${index}`,
    properties: {
      privateIPAddress: `10.0.0.${index + 4}`,
      privateLinkConnectionProperties: { requiredMemberName: `m${index}`, fqdns: [`f${index}`] },
    },
  }));
  const privateEndpoint = { id: `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-${name}` };
  return { id: idOf(name), name, properties: { ipConfigurations, ...(ofEndpoint && { privateEndpoint }) } };
}

const NAMES = ['nic-1', 'nic-2', 'nic-3', 'nic-4', 'nic-5', 'nic-6'];

/** Six endpoints in one group, the last not yet approved, beside a virtual machine. */
const group = (url: string) =>
  new URL(url).pathname.endsWith('/networkInterfaces')
    ? json({ value: [...NAMES.map((name) => shown(name, name === 'nic-6' ? 0 : 5)), shown('nic-vm', 5, false)] })
    : json(shown(new URL(url).pathname.split('/').at(-1)!, 5));

describe('interfaces of many endpoints in one group', () => {
  test('are read with one list once there are several', async () => {
    const { clients, requests } = await scripted(({ url }) => group(url));
    const read = async (name: string) =>
      (await clients.arm.privateEndpoints.addresses(idOf(name), aCall())).value?.length;
    for (const name of NAMES.slice(0, 5)) expect(await read(name)).toBe(5);
    expect(await read('NIC-5')).toBe(5);
    expect(linesOf(requests).map((line) => line.replace(/\?.*/, '').split('/').at(-1))).toEqual([
      'nic-1',
      'nic-2',
      'nic-3',
      'networkInterfaces',
    ]);
  });

  test('that the list shows without their addresses, or not as an endpoint’s, are asked themselves', async () => {
    const { clients, requests } = await scripted(({ url }) => group(url));
    for (const name of NAMES.slice(0, 4)) await clients.arm.privateEndpoints.addresses(idOf(name), aCall());
    const before = requests.length;
    for (const name of ['nic-6', 'nic-vm']) {
      expect((await clients.arm.privateEndpoints.addresses(idOf(name), aCall())).value).toHaveLength(5);
    }
    expect(requests).toHaveLength(before + 2);
  });

  test('are asked themselves where listing is refused, and the list not again for a while', async () => {
    const { clients, requests } = await scripted(({ url }) =>
      new URL(url).pathname.endsWith('/networkInterfaces')
        ? json({ error: { code: 'AuthorizationFailed', message: 'no' } }, 403)
        : group(url),
    );
    for (const name of NAMES.slice(0, 5)) {
      expect((await clients.arm.privateEndpoints.addresses(idOf(name), aCall())).value).toHaveLength(5);
    }
    expect(linesOf(requests).filter((line) => /networkInterfaces\?/.test(line))).toHaveLength(1);
  });

  test('whose facts are to be read anew are asked themselves', async () => {
    const { clients, requests } = await scripted(({ url }) => group(url));
    for (const name of NAMES.slice(0, 4)) {
      await clients.arm.privateEndpoints.addresses(idOf(name), aCall({ maxAgeMs: 0 }));
    }
    expect(linesOf(requests).some((line) => /networkInterfaces\?/.test(line))).toBe(false);
  });
});
