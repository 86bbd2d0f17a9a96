import { readFile } from 'node:fs/promises';
import { FABRIKAM_APP } from '../support/stage-fabrikam.ts';
import { OPERATOR_APP } from '../support/stage-world.ts';
import { rightsOf } from './page.ts';
import { describeLinkedReasons, describePage } from './page-suite.ts';
import { MEANWHILE, pageWorld, substitutions } from './page-world.ts';

const PAGE = 'docs/workspace-private-link.md';
const page = await readFile(PAGE, 'utf8');

describeLinkedReasons(page, 'workspace-private-link');

describePage({
  path: PAGE,
  text: page,
  world: () => pageWorld(rightsOf(page)),
  meanwhile: MEANWHILE,
  substitutions,
  secrets: { CLIENT_SECRET: OPERATOR_APP.clientSecret, PARTNER_CLIENT_SECRET: FABRIKAM_APP.clientSecret },
});
