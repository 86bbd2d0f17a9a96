import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import targets from '../../controllers/managed-private-endpoint/targets.json' with { type: 'json' };
import { addWorkspace } from '../../simulator/fabric/build.ts';
import type { World } from '../../simulator/world.ts';
import { CAPACITY, OPERATOR_APP, stageWorld, TENANT } from '../support/stage-world.ts';
import { describeLinkedReasons, describePage } from './page-suite.ts';

const PAGE = 'docs/managed-private-endpoint.md';
const page = await readFile(PAGE, 'utf8');
const REPORTS = '4e907000-0000-4000-8000-000000000004';
/** The reader's other workspaces are the stage's. */
function world(): World {
  const made = stageWorld();
  const roles = { [OPERATOR_APP.objectId]: 'Admin' as const };
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

  test('says for which of them the operator does not approve', () => {
    const [told = ''] = /^- `approval\.mode: Auto` for .*$/m.exec(page) ?? [];
    const unserved = targets.targets.filter((entry) => !('apiVersion' in entry)).map(({ name }) => name);
    expect(targets.targets.map(({ name }) => name).filter((name) => told.includes(name))).toEqual(unserved);
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

describeLinkedReasons(page, 'managed-private-endpoint');

describePage({
  path: PAGE,
  text: page,
  world,
  meanwhile: {},
  substitutions: () => [],
  secrets: { CLIENT_SECRET: OPERATOR_APP.clientSecret },
});
