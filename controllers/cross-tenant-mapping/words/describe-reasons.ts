import { GRANT_WORDING } from '../grants/describe-reasons.ts';
import { OUTPUTS_WORDING } from '../outputs/describe-reasons.ts';
import { STRING_WORDING } from '../strings/describe-reasons.ts';
import type { Reason } from '../types.ts';
import { EXPANSION_WORDING } from './describe-reasons-expansion.ts';
import { MAPPING_WORDING } from './describe-reasons-mapping.ts';
import { REMOVAL_WORDING } from './describe-reasons-removal.ts';
import type { Wording } from './describe-wording.ts';

/** Every reason once, for people. A new one does not compile until it is worded. */
export const WORDING: Readonly<Record<Reason, Wording>> = {
  ...MAPPING_WORDING,
  ...GRANT_WORDING,
  ...STRING_WORDING,
  ...OUTPUTS_WORDING,
  ...EXPANSION_WORDING,
  ...REMOVAL_WORDING,
};
