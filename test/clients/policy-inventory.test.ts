import { describe, expect, test } from '@jest/globals';
import type { CallOptions } from '../../operator/clients/call.ts';
import { createPolicyInventory } from '../../operator/clients/fabric/policy-inventory.ts';
import type { CommunicationPolicy } from '../../operator/clients/fabric/types.ts';
import { type Disposition, OperatorError } from '../../operator/errors.ts';
import { aCall } from './fakes.ts';

const HOUR_MS = 3_600_000;
const DENIED: CommunicationPolicy = { inbound: 'Deny', outbound: 'Allow' };

/** A clock that stands where it is put, and an inventory that counts who asks. */
function setUp(shown: Record<string, CommunicationPolicy> = {}) {
  const state = { nowMs: 0, loads: 0, refusal: undefined as Disposition | undefined };
  const clock = { now: () => state.nowMs, scaled: (ms: number) => ms, after: () => () => {} };
  const inventory = createPolicyInventory(clock, async () => {
    state.loads += 1;
    if (state.refusal) throw new OperatorError({ disposition: state.refusal, reason: 'X', message: 'x' });
    return { value: new Map(Object.entries(shown)), readAtMs: state.nowMs };
  });
  const find = (id: string, call: Partial<CallOptions> = {}) => inventory.find(id, { ...aCall(), ...call });
  return { state, inventory, find };
}

/** Enough different workspaces that a list is worth its call. */
async function crowd(find: (id: string) => Promise<unknown>): Promise<void> {
  for (const id of ['w1', 'w2', 'w3', 'w4']) await find(id);
}

describe('the inventory of policies', () => {
  test('is left alone for a few workspaces, which cost no more by themselves', async () => {
    const { state, find } = setUp();
    for (const id of ['w1', 'w2', 'w3', 'w1']) expect(await find(id)).toBeUndefined();
    expect(state.loads).toBe(0);
  });

  test('answers for a crowd, and calls open what it does not list', async () => {
    const { find } = setUp({ w5: DENIED });
    await crowd(find);
    expect((await find('W5'))?.value).toEqual(DENIED);
    expect((await find('w6'))?.value).toEqual({ inbound: 'Allow', outbound: 'Allow' });
  });

  test('serves nobody who names an age: a denial is decided on what the service itself says', async () => {
    const { find } = setUp({ w5: DENIED });
    await crowd(find);
    expect(await find('w5', { maxAgeMs: 30_000 })).toBeUndefined();
  });

  test('is not believed about what we changed ourselves, for an hour', async () => {
    const { state, inventory, find } = setUp();
    await crowd(find);
    inventory.wrote('W5');
    expect(await find('w5')).toBeUndefined();
    expect(await find('w6')).toBeDefined();
    state.nowMs = HOUR_MS;
    expect(await find('w5')).toBeDefined();
  });

  test('that may not be read is asked once in a quarter of an hour', async () => {
    const { state, find } = setUp();
    state.refusal = 'blocked';
    await crowd(find);
    expect(await find('w5')).toBeUndefined();
    expect(state.loads).toBe(1);
    state.nowMs = HOUR_MS / 4;
    state.refusal = undefined;
    expect(await find('w5')).toBeDefined();
  });

  test('whose turn has not come is waited for: single reads would wait for the same quota, each by itself', async () => {
    const { state, find } = setUp();
    state.refusal = 'throttled';
    await expect(crowd(find)).rejects.toMatchObject({ disposition: 'throttled' });
  });
});
