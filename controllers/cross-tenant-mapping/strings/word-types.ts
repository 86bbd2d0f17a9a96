export type StringReason =
  | 'CapacityPaused'
  | 'GuestTenantUnknown'
  | 'ItemNotFound'
  | 'StringKnown'
  | 'StringNotServed'
  | 'StringUnobservable'
  | 'StringUnreadable';
