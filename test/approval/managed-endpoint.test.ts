import { describe, expect, test } from '@jest/globals';
import {
  type FabricWord,
  fabricWord,
  type Known,
  managedSubscription,
  matchManagedEndpoint,
} from '../../operator/approval/managed-endpoint.ts';
import type { ManagedPrivateEndpoint } from '../../operator/clients/fabric/types.ts';

const SOURCE = { workspaceId: 'F1A40000-0000-4000-8000-000000000002', name: 'To-Sales' };
const SUBSCRIPTION = 'abcdef12-0000-4000-8000-000000000077';
const OTHER = '99999999-0000-4000-8000-000000000009';
const GENUINE = genuine(SUBSCRIPTION);

function genuine(subscription: string, { workspaceId, name } = SOURCE, region = 'WestEurope') {
  return `/subscriptions/${subscription}/resourceGroups/vnet-${subscription.slice(0, 8)}-${region}-1-rg/providers/Microsoft.Network/privateEndpoints/${workspaceId}.${name}`;
}
const inGroup = (group: string, subscription = SUBSCRIPTION, last = `${SOURCE.workspaceId}.${SOURCE.name}`) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${last}`;
const ask = (privateEndpointId: string, status = 'Pending', description = '') => ({
  name: `c-${privateEndpointId.length}`,
  privateEndpointId,
  status,
  description,
});

type Row = { because: string; ids: ReturnType<typeof ask>[]; known?: Known; kind: string };

const rows: Record<string, Row> = {
  'nobody asks': { because: 'zero matches are never approved', ids: [], kind: 'none' },
  'only others ask': {
    because: 'another name, another workspace',
    ids: [
      ask(genuine(SUBSCRIPTION, { ...SOURCE, name: 'to-sales2' })),
      ask(genuine(SUBSCRIPTION, { ...SOURCE, workspaceId: '5a1e0000-0000-4000-8000-000000000001' })),
    ],
    kind: 'none',
  },
  'one as recorded ones': { because: 'shape, name and subscription agree', ids: [ask(GENUINE)], kind: 'one' },
  'the same in other letters': {
    because: 'ids compare without regard to case',
    ids: [ask(GENUINE.toUpperCase())],
    kind: 'one',
  },
  'an imitation in a group of its own': {
    because: 'anybody may give an endpoint that name',
    ids: [ask(inGroup('rg-stranger', OTHER))],
    kind: 'implausible',
  },
  'an imitation whose group names another subscription': {
    because: 'the group bears the first eight digits of its own subscription',
    ids: [ask(inGroup(`vnet-${SUBSCRIPTION.slice(0, 8)}-WestEurope-1-rg`, OTHER))],
    kind: 'implausible',
  },
  'an imitation with something in front of the name': {
    because: 'the last segment is the name as a whole; what ends like it is counted all the same',
    ids: [
      ask(
        inGroup(
          `vnet-${SUBSCRIPTION.slice(0, 8)}-WestEurope-1-rg`,
          SUBSCRIPTION,
          `x${SOURCE.workspaceId}.${SOURCE.name}`,
        ),
      ),
    ],
    kind: 'implausible',
  },
  'an imitation in the very shape, beside the genuine one': {
    because: 'several matches are never approved',
    ids: [ask(GENUINE), ask(genuine(OTHER))],
    kind: 'several',
  },
  'an implausible one beside the genuine one': {
    because: 'whoever imitates shows that something is wrong: a person is told',
    ids: [ask(inGroup('rg-stranger', OTHER)), ask(GENUINE)],
    kind: 'several',
  },
  'a rejected one beside a pending one': {
    because: 'the dead one may be the genuine one, and Fabric shows its end late',
    ids: [ask(GENUINE, 'Rejected'), ask(genuine(OTHER))],
    kind: 'several',
  },
  'one from another subscription than the proven ones': {
    because: 'a later match from another subscription is ambiguous',
    ids: [ask(GENUINE)],
    known: { pinnedSubscription: OTHER },
    kind: 'otherSubscription',
  },
  'one from the proven subscription': {
    because: 'in any case',
    ids: [ask(GENUINE)],
    known: { pinnedSubscription: SUBSCRIPTION.toUpperCase() },
    kind: 'one',
  },
  'one with our message': {
    because: 'the service passed it on',
    ids: [ask(GENUINE, 'Pending', 'please: nonce-4711')],
    known: { nonce: 'nonce-4711' },
    kind: 'one',
  },
  'one without any message, though we sent one': {
    because: 'some services pass nothing on',
    ids: [ask(GENUINE)],
    known: { nonce: 'nonce-4711' },
    kind: 'one',
  },
  'one with another message than ours': {
    because: 'the service passes messages on, and this is not ours',
    ids: [ask(GENUINE, 'Pending', 'let me in')],
    known: { nonce: 'nonce-4711' },
    kind: 'implausible',
  },
  'one that was decided, with the decider’s words': {
    because: 'only a request carries the requester’s message',
    ids: [ask(GENUINE, 'Approved', 'fine')],
    known: { nonce: 'nonce-4711' },
    kind: 'one',
  },
};

describe('whose connection it is', () => {
  test.each(Object.entries(rows))('%s', (_, { ids, known, kind }) => {
    expect(matchManagedEndpoint(SOURCE, ids, known).kind).toBe(kind);
    expect(matchManagedEndpoint(SOURCE, ids.toReversed(), known).kind).toBe(kind);
  });

  test('several are all named, so that a person can look', () => {
    const ids = [ask(GENUINE), ask(genuine(OTHER)), ask(inGroup('rg', OTHER))];
    expect(matchManagedEndpoint(SOURCE, ids)).toEqual({ kind: 'several', connections: ids });
  });

  test('a connection without an endpoint’s id is nobody’s', () => {
    expect(matchManagedEndpoint(SOURCE, [{ name: 'c', status: 'Pending', description: '' }]).kind).toBe('none');
  });

  test('the subscription is told in lower case, and only by a plausible id', () => {
    expect(managedSubscription(SOURCE, GENUINE.toUpperCase())).toBe(SUBSCRIPTION);
    expect(managedSubscription(SOURCE, inGroup('rg-stranger'))).toBeUndefined();
    expect(managedSubscription(SOURCE, `${GENUINE}/more`)).toBeUndefined();
    expect(managedSubscription(SOURCE, '')).toBeUndefined();
  });
});

const TARGET = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Fabric/privateLinkServicesForFabric/pls';
const ECHO = 'fabriclink:uid:to-sales:20260302T080910Z';
const shown = (
  provisioningState: string,
  connection?: ManagedPrivateEndpoint['connection'],
  over: Partial<ManagedPrivateEndpoint> = {},
): ManagedPrivateEndpoint => ({
  id: '1',
  name: 'TO-sales',
  targetId: TARGET.toUpperCase(),
  provisioningState,
  ...(connection && { connection }),
  ...over,
});

const words: Record<string, [readonly ManagedPrivateEndpoint[], FabricWord]> = {
  'no endpoint at all': [[], 'absent'],
  'another name': [[shown('Provisioning', undefined, { name: 'to-sales-2' })], 'absent'],
  'another target': [[shown('Succeeded', { status: 'Pending' }, { targetId: `${TARGET}-2` })], 'otherTarget'],
  'provisioning, without a state': [[shown('Provisioning')], 'provisioning'],
  'succeeded, without a state': [[shown('Succeeded')], 'untold'],
  pending: [[shown('Succeeded', { status: 'Pending' })], 'pending'],
  'pending while provisioning': [[shown('Provisioning', { status: 'Pending' })], 'pending'],
  'pending and failed': [[shown('Failed', { status: 'Pending' })], 'ended'],
  'pending and being deleted': [[shown('Deleting', { status: 'Pending' })], 'ended'],
  'approved with our words': [[shown('Succeeded', { status: 'Approved', description: `${ECHO} note` })], 'echoed'],
  'approved with other words': [[shown('Succeeded', { status: 'Approved', description: 'fine' })], 'approved'],
  'approved without words': [[shown('Succeeded', { status: 'Approved' })], 'approved'],
  rejected: [[shown('Succeeded', { status: 'Rejected', description: ECHO })], 'ended'],
  disconnected: [[shown('Succeeded', { status: 'Disconnected' })], 'ended'],
  'a state of tomorrow': [[shown('Succeeded', { status: 'Escalated' })], 'unknown'],
  'a provisioning state of tomorrow': [[shown('PendingApproval')], 'unknown'],
};

describe('what Fabric says about it', () => {
  test.each(Object.entries(words))('%s', (_, [endpoints, word]) => {
    expect(fabricWord(SOURCE, endpoints, TARGET, ECHO)).toBe(word);
  });

  test('without an approval of ours nothing is an echo of it', () => {
    expect(fabricWord(SOURCE, [shown('Succeeded', { status: 'Approved', description: ECHO })], TARGET)).toBe(
      'approved',
    );
  });
});
