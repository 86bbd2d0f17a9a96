import type { Run } from './effect-parts.ts';
import { approvalEffects } from './effects-approval.ts';
import { endpointEffects } from './effects-endpoint.ts';
import { removalEffects } from './effects-removal.ts';
import type { Deps } from './reading.ts';
import type { Effect } from './types.ts';

/** Every effect by name: begins something and returns. Provenance is written down before the call that it is about. */
export const effects = (deps: Deps): Readonly<Record<Effect, Run>> => ({
  ...endpointEffects(deps),
  ...approvalEffects(deps),
  ...removalEffects(deps),
});
