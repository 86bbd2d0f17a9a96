import { accessEffects } from './access/effects.ts';
import { glassEffects } from './access/effects-glass.ts';
import { connectionEffects } from './connections/effects.ts';
import { abandonmentEffects } from './credentials/effects-abandonment.ts';
import { dnsEffects } from './dns/effects.ts';
import type { Run } from './effect-parts.ts';
import { endpointEffects } from './endpoint/effects.ts';
import { outputsEffects } from './outputs/effects.ts';
import type { Deps } from './reading.ts';
import { serviceEffects } from './service/effects.ts';
import type { Effect } from './types.ts';

/** Every effect by name: begins something and returns. Provenance is written down before the call that it is about. */
export const effects = (deps: Deps): Readonly<Record<Effect, Run>> => ({
  ...serviceEffects(deps),
  ...endpointEffects(deps),
  ...connectionEffects(deps),
  ...dnsEffects(deps),
  ...accessEffects(deps),
  ...outputsEffects(deps),
  ...glassEffects(deps),
  ...abandonmentEffects(deps),
});
