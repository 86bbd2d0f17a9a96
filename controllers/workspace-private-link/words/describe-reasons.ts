import type { Reason } from '../types.ts';
import { ACCESS_WORDING } from './describe-reasons-access.ts';
import { CONNECTIONS_WORDING } from './describe-reasons-connections.ts';
import { CREDENTIALS_WORDING } from './describe-reasons-credentials.ts';
import { DNS_WORDING } from './describe-reasons-dns.ts';
import { ENDPOINT_WORDING } from './describe-reasons-endpoint.ts';
import { NAMES_WORDING } from './describe-reasons-names.ts';
import { OUTPUTS_WORDING } from './describe-reasons-outputs.ts';
import { SERVICE_WORDING } from './describe-reasons-service.ts';
import type { Wording } from './describe-wording.ts';

/** Every reason once, for people, by room. A new one does not compile until it is worded in one of them. */
export const WORDING: Record<Reason, Wording> = {
  ...SERVICE_WORDING,
  ...ENDPOINT_WORDING,
  ...DNS_WORDING,
  ...CONNECTIONS_WORDING,
  ...ACCESS_WORDING,
  ...CREDENTIALS_WORDING,
  ...OUTPUTS_WORDING,
  ...NAMES_WORDING,
};
