import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { FABRIKAM_APP } from '../support/stage-fabrikam.ts';
import { OPERATOR_APP } from '../support/stage-world.ts';
import { rightsOf } from './page.ts';
import { describePage } from './page-suite.ts';
import { MEANWHILE, pageWorld, substitutions } from './page-world.ts';

const PAGE = 'docs/workspace-private-link.md';
const page = await readFile(PAGE, 'utf8');

describe('a reason that the page links', () => {
  const linked = [...page.matchAll(/\[((?:`\w+`(?:, )?)+)\]\(states\/workspace-private-link\.md#(\w+)\)/g)].flatMap(
    ([, reasons = '', part = '']) => [...reasons.matchAll(/`(\w+)`/g)].map(([, reason]) => [reason!, part] as const),
  );

  test.each(linked)('%s is said by %s', async (reason, part) => {
    const states = await readFile('docs/states/workspace-private-link.md', 'utf8');
    const section = states.split('\n## ').find((text) => text.split('\n')[0]!.toLowerCase() === part);
    expect(section).toContain(`\`${reason}\``);
  });
});

describePage({
  path: PAGE,
  text: page,
  world: () => pageWorld(rightsOf(page)),
  meanwhile: MEANWHILE,
  substitutions,
  secrets: { CLIENT_SECRET: OPERATOR_APP.clientSecret, PARTNER_CLIENT_SECRET: FABRIKAM_APP.clientSecret },
});
