import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import targets from '../../controllers/managed-private-endpoint/targets.json' with { type: 'json' };
import { addWorkspace } from '../../simulator/fabric/build.ts';
import { createManagedEndpoint } from '../../simulator/fabric/managed-out-of-band.ts';
import type { World } from '../../simulator/world.ts';
import { CAPACITY, DATA_PLATFORM, OPERATOR_APP, SALES, stageWorld, TENANT } from '../support/stage-world.ts';
import { describePage } from './page-suite.ts';

const PAGE = 'docs/managed-private-endpoint.md';
const page = await readFile(PAGE, 'utf8');
const REPORTS = '4e907000-0000-4000-8000-000000000004';
const SERVICE = `/subscriptions/${DATA_PLATFORM}/resourceGroups/rg-fabric/providers/Microsoft.Fabric/privateLinkServicesForFabric/fabriclink-${SALES}`;

/** The operator may read the source workspace, as the page says, and no more. */
function world(): World {
  const made = stageWorld();
  const roles = { [OPERATOR_APP.objectId]: 'Viewer' as const };
  addWorkspace(made, { id: REPORTS, tenantId: TENANT, displayName: 'reports', capacityId: CAPACITY, roles });
  return made;
}

describe('the list of targets', () => {
  const rows = [...page.matchAll(/^\| (.+?) \| `(Microsoft\.[^`]+)` \| (.+?) \|$/gm)];

  test('is the dated catalogue', () => {
    expect(page).toContain(`documentation of ${targets.asOf} lists`);
    const told = rows.map(([, name, type]) => ({ name, type }));
    expect(told).toEqual(targets.targets.map(({ name, type }) => ({ name, type })));
  });

  test('has each sub-resource', () => {
    for (const [, , type, cell = ''] of rows) {
      const { subresources } = targets.targets.find((entry) => entry.type === type)!;
      const told = [...cell.matchAll(/`([A-Za-z][A-Za-z_]*)`/g)].map(([, name]) => name!);
      const primary = subresources.filter((name) => !name.endsWith('_secondary'));
      expect({ type, told }).toEqual({ type, told: primary });
    }
  });
});

describePage({
  path: PAGE,
  text: page,
  world,
  meanwhile: {
    'the reports team makes a managed private endpoint to sales': ({ cloud }) =>
      void createManagedEndpoint(cloud, REPORTS, { name: 'to-sales', targetId: SERVICE, subresource: 'workspace' }),
  },
  substitutions: () => [],
  secrets: { CLIENT_SECRET: OPERATOR_APP.clientSecret },
});
