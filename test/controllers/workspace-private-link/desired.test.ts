import { describe, expect, test } from '@jest/globals';
import { desiredOf, linkName } from '../../../controllers/workspace-private-link/desired.ts';
import {
  annotationFor,
  bounded,
  recordName,
  refOf,
  scopeOf,
  workspaceHosts,
} from '../../../controllers/workspace-private-link/desired-names.ts';
import { notes, provenanceOf } from '../../../controllers/workspace-private-link/desired-provenance.ts';
import { machines } from '../../../controllers/workspace-private-link/machine.ts';
import { drawStates } from '../../../scripts/draw-states.ts';
import { anEndpoint, aWorkspacePrivateLink, endpointId, noted, SUBSCRIPTION, WORKSPACE, ZONE } from './living.ts';

describe('names', () => {
  test('the five hosts of a workspace are those of the documentation', () => {
    expect(workspaceHosts(WORKSPACE.toUpperCase()).map(({ host }) => host)).toEqual([
      'cfafbeb180374d0c896ea46fb27ff227.zcf.w.api.fabric.microsoft.com',
      'cfafbeb180374d0c896ea46fb27ff227.zcf.c.fabric.microsoft.com',
      'cfafbeb180374d0c896ea46fb27ff227.zcf.onelake.fabric.microsoft.com',
      'cfafbeb180374d0c896ea46fb27ff227.zcf.dfs.fabric.microsoft.com',
      'cfafbeb180374d0c896ea46fb27ff227.zcf.blob.fabric.microsoft.com',
    ]);
  });

  test('a reported name gives the same record in its public and in its private form', () => {
    expect(recordName('A.zcf.w.api.privatelink.fabric.microsoft.com.')).toBe('a.zcf.w.api');
    expect(recordName('a.zcf.w.api.fabric.microsoft.com')).toBe('a.zcf.w.api');
    expect(recordName('example.com')).toBeUndefined();
  });

  test('a derived name fits, stays the same, and differs between objects', () => {
    const long = 'n'.repeat(63);
    const derived = (name: string) => {
      const { resourceName: _, ...endpoint } = anEndpoint(long);
      return desiredOf(aWorkspacePrivateLink({ endpoints: [endpoint] }, { name }), 'c1').endpoints[0]!.scope.name;
    };
    expect(derived(long)).toHaveLength(80);
    expect(derived(long)).toBe(derived(long));
    expect(derived(long)).not.toBe(derived(`${'n'.repeat(62)}m`));
    expect(bounded('short', 10)).toBe('short');
  });

  test('an annotation about the longest endpoint name has a key that Kubernetes takes', () => {
    const [, name] = annotationFor('zone-group', 'e'.repeat(63)).split('/');
    expect(name!.length).toBeLessThanOrEqual(63);
  });

  test('an ARM id that is none has no scope', () => {
    expect(scopeOf('/subscriptions/x')).toBeUndefined();
    expect(scopeOf(endpointId('a'))).toEqual({ subscriptionId: SUBSCRIPTION, resourceGroup: 'fabric', name: 'a' });
  });
});

describe('provenance', () => {
  test('is read as it was written', () => {
    const annotations = {
      ...notes.service('adopted'),
      ...notes.endpoint(noted('hub', endpointId('a')), 'created'),
      ...notes.zoneGroup(noted('hub', endpointId('a')), ZONE),
      ...notes.zone(ZONE),
      ...notes.link(ZONE, '/network'),
      ...notes.accessBefore('Allow'),
      ...notes.at('deny-at', 1_000),
      ...notes.locked(),
      ...notes.relocks([1_000, 2_000]),
    };
    expect(provenanceOf(aWorkspacePrivateLink({}, { annotations }))).toMatchObject({
      service: 'adopted',
      endpoints: { [refOf(endpointId('a'))]: { how: 'created', id: endpointId('a') } },
      zoneGroups: { [refOf(endpointId('a'))]: ZONE },
      zones: [ZONE],
      links: [{ zoneId: ZONE, name: linkName('/network') }],
      accessBefore: 'Allow',
      denyAtMs: 1_000,
      locked: true,
      relocksMs: [1_000, 2_000],
    });
  });

  test('text that we did not write is no provenance', () => {
    const annotations = {
      'fabriclink.dev/service': 'mine',
      'fabriclink.dev/endpoint.hub': 'created',
      'fabriclink.dev/deny-at': 'yesterday',
      'fabriclink.dev/access-before': 'allow',
    };
    expect(provenanceOf(aWorkspacePrivateLink({}, { annotations }))).toMatchObject({
      service: 'none',
      endpoints: {},
      denyAtMs: undefined,
      accessBefore: 'none',
    });
  });
});

describe('the drawing', () => {
  test('shows each machine with its guards in order and its effects', () => {
    const [drawing] = drawStates();
    expect(drawing!.path).toBe('docs/states/workspace-private-link.md');
    expect(drawing!.text).toContain('Approval_Check --> Approval_Approving : 4. pending');
    expect(drawing!.text).toContain(
      '| Approval.Approving | progressing: `ApprovalPending` | `approveConnection` | fast |',
    );
    expect(drawing!.text.match(/^## /gm)).toHaveLength(Object.keys(machines).length);
  });
});
