import { describe, expect, test } from '@jest/globals';
import { desiredOf } from '../../../controllers/cross-tenant-mapping/desired.ts';
import { provenanceOf } from '../../../controllers/cross-tenant-mapping/desired-provenance.ts';
import { isMappedByNow } from '../../../controllers/cross-tenant-mapping/mapping/observe.ts';
import type { Context } from '../../../controllers/cross-tenant-mapping/reading.ts';
import type { CrossTenantMapping } from '../../../controllers/cross-tenant-mapping/types.ts';
import type { CallOptions } from '../../../operator/clients/call.ts';
import type { Mapping } from '../../../operator/clients/fabric/types.ts';
import { OperatorError } from '../../../operator/errors.ts';

const guest = { tenantId: 'fab00000-0000-4000-8000-00000000000f', objectId: '70000000-0000-4000-8000-00000000000a' };
const RESOURCE = {
  metadata: { name: 'guest', namespace: 'team' },
  spec: { tenantId: '10000000-0000-4000-8000-000000000001', guest: { ...guest, type: 'User' } },
} as CrossTenantMapping;
const ROW: Mapping = { id: 'one', deleted: false, seen: 'listed' };
const throttled = (status?: number) =>
  new OperatorError({
    disposition: 'throttled',
    reason: status === undefined ? 'WaitingForQuota' : 'Throttled',
    message: 'later',
    ...(status !== undefined && { status }),
  });

/** The shared list shows nobody; `look` is what a younger one says. */
async function looking(
  look: readonly Mapping[] | OperatorError,
  { pages = 1, maxAgeMs = undefined as number | undefined } = {},
) {
  const ages: (number | undefined)[] = [];
  const { signal } = new AbortController();
  const mappings = async (call: CallOptions) => {
    ages.push(call.maxAgeMs);
    if (ages.length > 1 && look instanceof OperatorError) throw look;
    const rows = ages.length > 1 ? (look as readonly Mapping[]) : [];
    return { value: { rows: [], costMs: pages * 1_200, of: () => rows }, readAtMs: 0 };
  };
  const call = { signal, ...(maxAgeMs !== undefined && { maxAgeMs }) };
  const context = {
    deps: { clock: { now: () => 0, scaled: (ms: number) => ms } },
    pass: { resource: RESOURCE, nowMs: 0, signal, call },
    desired: desiredOf(RESOURCE),
    provenance: provenanceOf(RESOURCE),
    clients: { fabric: { mappings } },
  } as unknown as Context;
  return { isMapped: await isMappedByNow(context), ages };
}

describe('the look before the first request', () => {
  test.each([
    [1, 60_000],
    [20, 20 * 60_000],
  ])('of a list of %s pages takes one that is at most as many minutes old', async (pages, ageMs) => {
    expect(await looking([], { pages })).toEqual({ isMapped: false, ages: [undefined, ageMs] });
    expect((await looking([ROW], { pages })).isMapped).toBe(true);
  });

  test('is not repeated in a pass that has read everything anew', async () => {
    expect((await looking([], { maxAgeMs: 0 })).ages).toEqual([]);
  });

  test('costs nobody their turn while the list waits for its own', async () => {
    expect((await looking(throttled())).isMapped).toBe(false);
  });

  test('that the service refuses is not taken for one that shows nobody', async () => {
    await expect(looking(throttled(429))).rejects.toMatchObject({ status: 429 });
  });
});
