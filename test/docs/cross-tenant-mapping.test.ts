import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { addItem } from '../../simulator/fabric/build.ts';
import { consent } from '../../simulator/fabric/mapping-out-of-band.ts';
import type { World } from '../../simulator/world.ts';
import { FABRIKAM, mappingWorld } from '../support/stage-mapping.ts';
import { OPERATOR_APP, SALES, TENANT } from '../support/stage-world.ts';
import { describeLinkedReasons, describePage } from './page-suite.ts';

const PAGE = 'docs/cross-tenant-mapping.md';
const page = await readFile(PAGE, 'utf8');
const WAREHOUSE = '3a4e0000-0000-4000-8000-000000000001';

function world(): World {
  const made = mappingWorld();
  addItem(made, SALES, { type: 'Warehouse', id: WAREHOUSE });
  return made;
}

describe('the guest’s steps', () => {
  test('name the same applications and the same call as the status', async () => {
    const words = await readFile('controllers/cross-tenant-mapping/words/describe-consent.ts', 'utf8');
    const inBoth = [
      '00000009-0000-0000-c000-000000000000',
      '022907d3-0f1b-48f7-badc-1ba6abab6d66',
      'https://api.powerbi.com/v1/ephemeral/crosstenantauth/consent',
      'https://analysis.windows.net/powerbi/api',
      'resourceTenantObjectId',
    ];
    expect(inBoth.filter((text) => !words.includes(text) || !page.includes(text))).toEqual([]);
  });
});

describeLinkedReasons(page, 'cross-tenant-mapping');

describePage({
  path: PAGE,
  text: page,
  world,
  meanwhile: {
    'the guest’s administrator consents': ({ cloud }) => consent(cloud.world, FABRIKAM, TENANT),
  },
  substitutions: () => [],
  secrets: { CLIENT_SECRET: OPERATOR_APP.clientSecret },
});
