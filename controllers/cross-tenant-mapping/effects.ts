import { lossEffects } from './credentials/effects.ts';
import type { Run } from './effect-parts.ts';
import { grantEffects } from './grants/effects.ts';
import { mappingEffects } from './mapping/effects.ts';
import { outputsEffects } from './outputs/effects.ts';
import type { Deps } from './reading.ts';
import { removalEffects } from './removal/effects.ts';
import type { Effect } from './types.ts';

/** Every effect by name: begins something and returns. Provenance is written down before the call that it is about. */
export const effects = (deps: Deps): Readonly<Record<Effect, Run>> => ({
  ...mappingEffects(deps),
  ...grantEffects(deps),
  ...outputsEffects(deps),
  ...removalEffects(deps),
  ...lossEffects(deps),
});
