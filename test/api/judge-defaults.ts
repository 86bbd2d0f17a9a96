import { describe, expect, test } from '@jest/globals';
import {
  aCrossTenantMapping,
  aManagedPrivateEndpoint,
  anEndpoint,
  aWorkspacePrivateLink,
  virtualNetworkId,
} from './builders.ts';
import type { Running } from './judge.ts';
import type { Manifest } from './manifests.ts';

const policies = { managementPolicy: 'Manage', adoptionPolicy: 'IfIdentical', deletionPolicy: 'DeleteCreated' };

const cases: Record<string, { given: Manifest; spec: Record<string, unknown> }> = {
  'nothing of a workspace private link is approved, denied, registered or deleted that was not asked for': {
    given: aWorkspacePrivateLink('defaults'),
    spec: {
      ...policies,
      registerProviders: false,
      endpoints: [],
      connections: [],
      connectionsPolicy: 'Additive',
      allowedSourceNamespaces: [],
    },
  },
  'an endpoint asks, waits, and is never made again by itself': {
    given: aWorkspacePrivateLink('endpoint-defaults', { endpoints: [anEndpoint('hub')] }),
    spec: { endpoints: [{ ...anEndpoint('hub'), connectionMode: 'Manual', recreatePolicy: 'Never' }] },
  },
  'managed DNS is proven by the control plane, and other names still resolve': {
    given: aWorkspacePrivateLink('dns-defaults', {
      endpoints: [
        anEndpoint('hub', {
          dns: { mode: 'Records', virtualNetworkLinks: [{ virtualNetworkId: virtualNetworkId('a') }] },
        }),
      ],
    }),
    spec: {
      endpoints: [
        {
          dns: {
            mode: 'Records',
            verify: { mode: 'ControlPlane', timeoutSeconds: 5 },
            virtualNetworkLinks: [{ virtualNetworkId: virtualNetworkId('a'), fallbackToInternet: true }],
            extraRecords: [],
          },
        },
      ],
    },
  },
  'a name server listens on port 53': {
    given: aWorkspacePrivateLink('nameserver-defaults', {
      endpoints: [
        anEndpoint('hub', {
          dns: { mode: 'Records', verify: { mode: 'Resolve', nameservers: [{ address: '10.0.0.4' }] } },
        }),
      ],
    }),
    spec: { endpoints: [{ dns: { verify: { mode: 'Resolve', nameservers: [{ address: '10.0.0.4', port: 53 }] } } }] },
  },
  'denied access needs the control plane as proof': {
    given: aWorkspacePrivateLink('inbound-defaults', {
      endpoints: [anEndpoint('hub', { dns: { mode: 'ZoneGroup' } })],
      inbound: { publicAccess: 'Deny', onDelete: 'Restore' },
    }),
    spec: { inbound: { publicAccess: 'Deny', requires: 'ControlPlane', onDelete: 'Restore' } },
  },
  'a managed private endpoint waits for a person': {
    given: aManagedPrivateEndpoint('defaults'),
    spec: { ...policies, approval: { mode: 'Manual' }, recreatePolicy: 'Never' },
  },
  'a cross-tenant mapping grants nothing and searches nothing': {
    given: aCrossTenantMapping('defaults', { connectionStrings: [] }),
    spec: { ...policies, principalLookup: 'None', grants: [], connectionStrings: [] },
  },
};

/** What the server fills in. */
export function describeDefaults(running: Running): void {
  describe('fills in', () => {
    test.each(Object.entries(cases))('%s', async (_name, { given, spec }) => {
      const answer = await running.client.create(given, 'judge');
      expect(answer).toMatchObject({ status: 201, body: { spec } });
      // Stored, and not only shown.
      expect(await running.client.get(given, 'judge')).toMatchObject({ status: 200, body: { spec } });
    });

    test('no public access: leaving inbound out means not managed, which is not Allow', async () => {
      const { body } = await running.client.create(aWorkspacePrivateLink('no-inbound'), 'judge');
      expect((body as Manifest).spec).not.toHaveProperty('inbound');
      expect((body as Manifest).spec).not.toHaveProperty('outbound');
    });
  });
}
