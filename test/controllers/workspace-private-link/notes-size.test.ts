import { describe, expect, test } from '@jest/globals';
import { desiredOf, linkName } from '../../../controllers/workspace-private-link/desired.ts';
import { shortHash } from '../../../controllers/workspace-private-link/desired-names.ts';
import { notes, provenanceOf, staleNotes } from '../../../controllers/workspace-private-link/desired-provenance.ts';
import type { WorkspacePrivateLinkEndpoint } from '../../../crds/workspace-private-link.ts';
import { anEndpoint, aWorkspacePrivateLink, SUBSCRIPTION, ZONE } from './living.ts';

/** Kubernetes refuses more than this for all annotations of an object, those of others included. */
const KUBERNETES_BYTES = 256 * 1024;
/** Of the API: entries, links of all of them together, and lengths of names. */
const [MOST_ENDPOINTS, MOST_LINKS, LONGEST_GROUP, LONGEST_RESOURCE, LONGEST_ENTRY, LONGEST_SECRET] = [
  100, 1000, 90, 80, 63, 63,
];

const bytesOf = (annotations: Readonly<Record<string, string>>): number =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
const wide = (name: string, length: number) => name.padEnd(length, 'x');

/** Every endpoint in a resource group of its own, a zone of its own and hands of its own, in both ways of DNS. */
function theLongest(): Record<string, string> {
  const linksEach = MOST_LINKS / MOST_ENDPOINTS;
  const endpoints = Array.from({ length: MOST_ENDPOINTS }, (_, index): WorkspacePrivateLinkEndpoint => {
    const group = wide(`group-${index}`, LONGEST_GROUP);
    const inGroup = (rest: string) =>
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.Network/${rest}`;
    return anEndpoint(wide(`e${index}`, LONGEST_ENTRY), {
      resourceGroup: group,
      resourceName: wide(`pe-${index}`, LONGEST_RESOURCE),
      tenantId: '77777777-7777-4777-8777-777777777777',
      credentialsRef: { name: wide(`secret-${index}`, LONGEST_SECRET) },
      dns: {
        ...anEndpoint('x').dns!,
        zoneId: inGroup('privateDnsZones/privatelink.fabric.microsoft.com'),
        virtualNetworkLinks: Array.from({ length: linksEach }, (_one, number) => ({
          virtualNetworkId: inGroup(`virtualNetworks/${wide(`vnet-${number}`, 64)}`),
          fallbackToInternet: true,
        })),
      },
    });
  });
  const desired = desiredOf(aWorkspacePrivateLink({ endpoints }), 'c1');
  return Object.assign(
    {},
    ...desired.endpoints.flatMap((endpoint) => {
      const { zoneId, links } = endpoint.dns!;
      return [
        notes.endpoint(endpoint, 'created'),
        notes.zoneGroup(endpoint, zoneId),
        notes.records(endpoint, zoneId),
        notes.recreated(endpoint, { what: SUBSCRIPTION, atMs: [1, 2, 3, 4, 5] }),
        notes.registered(SUBSCRIPTION, ['Microsoft.Fabric', 'Microsoft.Network']),
        ...links.map(({ virtualNetworkId }) => notes.link(zoneId, virtualNetworkId, endpoint.consumer)),
      ];
    }),
  ) as Record<string, string>;
}

describe('what is written down about as many endpoints and links as the API allows', () => {
  test('fits into the annotations of one object, with names as long as they may be', () => {
    expect(bytesOf(theLongest())).toBeLessThan(KUBERNETES_BYTES);
  });

  test('takes less than half of them where every endpoint is served in one way, by names that people give', () => {
    const served = Object.entries(theLongest())
      .filter(([key]) => !/\/(recreated|zone-group)\./.test(key))
      .map(([key, value]) => [key, value.replaceAll(/x{30,}/g, 'x'.repeat(12))] as const);
    expect(bytesOf(Object.fromEntries(served))).toBeLessThan(KUBERNETES_BYTES / 2);
  });
});

describe('links that are written down with their network’s ARM id, as they were until now', () => {
  const network = `/subscriptions/${SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub`;
  const at = '@77777777-7777-4777-8777-777777777777/partner';
  const key = `fabriclink.dev/link.${shortHash(`${ZONE} ${network}`.toLowerCase())}`;
  const resource = aWorkspacePrivateLink(
    { endpoints: [] },
    { annotations: { [key]: `created ${ZONE} ${linkName(network)} ${network} ${at}` } },
  );

  test('are read', () => {
    expect(provenanceOf(resource).links).toEqual([{ zoneId: ZONE, name: linkName(network), key }]);
  });

  test('are written anew, with their zone and its credentials beside them, and mean the same then', () => {
    const stale = staleNotes(resource, desiredOf(resource, 'c1'));
    expect(stale[key]).toBeNull();
    const { [key]: _, ...annotations } = stale as Record<string, string>;
    expect(Object.values(annotations)).toEqual([`created ${ZONE} ${at}`, 'created']);
    const renewed = provenanceOf(aWorkspacePrivateLink({}, { annotations }));
    expect(renewed.links).toMatchObject([{ zoneId: ZONE, name: linkName(network) }]);
    expect(renewed.consumers).toEqual({
      [ZONE.toLowerCase()]: { tenantId: at.slice(1, 37), secret: 'partner' },
    });
  });

  test('of a zone that nobody wrote out are none of ours', () => {
    const annotations = { [Object.keys(notes.link(ZONE, network))[1]!]: 'created' };
    expect(provenanceOf(aWorkspacePrivateLink({}, { annotations })).links).toEqual([]);
  });
});
