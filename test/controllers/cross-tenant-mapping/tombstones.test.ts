import { expect, test } from '@jest/globals';
import { tombstoneSubject } from '../../../controllers/cross-tenant-mapping/desired-names.ts';

const guest = { tenantId: 'fab00000-0000-4000-8000-00000000000f', objectId: '70000000-0000-4000-8000-00000000000a' };

test('what one provider has deleted says nothing about the same guest of another', () => {
  const [one, other] = ['10000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000002'];
  expect(tombstoneSubject({ tenantId: one, guest })).not.toBe(tombstoneSubject({ tenantId: other, guest }));
  expect(tombstoneSubject({ tenantId: one, guest })).toBe(
    tombstoneSubject({ tenantId: one.toUpperCase(), guest: { ...guest, objectId: guest.objectId.toUpperCase() } }),
  );
});
