import type { StringReason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from '../words/describe-wording.ts';

/** About connection strings. None of this holds up a grant. */
export const STRING_WORDING: Readonly<Record<StringReason, Wording>> = {
  CapacityPaused: {
    says: 'the capacity of the workspace is paused, and Fabric tells nothing of its items',
    next: `a capacity administrator resumes it in the Azure portal; ${LOOKS_AGAIN}`,
  },
  GuestTenantUnknown: {
    says: 'Fabric does not know the guest’s tenant',
    next: 'check guest.tenantId with the guest; it cannot be changed, so delete this object and create one with the right id',
  },
  ItemNotFound: {
    says: 'the workspace has no warehouse or SQL analytics endpoint of that id that the identity may read',
    next: `correct warehouseId or sqlEndpointId, or share the item with the operator’s identity; a string that was published stays until its entry is removed, and ${LOOKS_AGAIN}`,
  },
  StringKnown: { says: 'Fabric has told the host name', next: 'the operator asks again twice a day' },
  StringNotServed: {
    says: 'Fabric does not serve a connection string for this item',
    next: `check that the workspace is on an F or P capacity and the item is a warehouse or SQL analytics endpoint; ${LOOKS_AGAIN}`,
  },
  StringUnobservable: {
    says: 'the connection string cannot be read just now',
    next: 'the operator tries again by itself; what was published stays',
  },
  StringUnreadable: {
    says: 'the identity may not read the connection string',
    next: `give the operator’s identity at least the role Viewer under Manage access of the workspace, and read permission on the item; ${LOOKS_AGAIN}`,
  },
};
