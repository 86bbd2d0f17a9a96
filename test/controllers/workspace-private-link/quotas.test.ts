import { expect, test } from '@jest/globals';
import { isUsedUp, quotasOf } from '../../../controllers/workspace-private-link/service/desired-quotas.ts';
import { aWorkspacePrivateLink } from './living.ts';

const said = (text: string) => quotasOf(aWorkspacePrivateLink({}, { annotations: { 'fabriclink.dev/quotas': text } }));

test.each([
  ['nothing', '', { services: 500, endpoints: 100 }],
  ['one number', 'services=800', { services: 800, endpoints: 100 }],
  ['both, with blanks', ' endpoints = 250 , services=800', { services: 800, endpoints: 250 }],
  ['no number', 'services=many,endpoints=-1', { services: 500, endpoints: 100 }],
  ['a number beyond reason', 'services=99999999999', { services: 500, endpoints: 100 }],
])('the annotation fabriclink.dev/quotas that says %s', (_, text, quotas) => {
  expect(said(text)).toEqual(quotas);
});

test('more than a quota allows shows that it was raised, and refuses nobody', () => {
  expect([499, 500, 501].map((count) => isUsedUp(count, 500))).toEqual([false, true, false]);
});
