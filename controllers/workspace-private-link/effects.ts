import type { Run } from './effect-parts.ts';
import { abandonmentEffects } from './effects-abandonment.ts';
import { accessEffects } from './effects-access.ts';
import { connectionEffects } from './effects-connections.ts';
import { dnsEffects } from './effects-dns.ts';
import { endpointEffects } from './effects-endpoint.ts';
import { glassEffects } from './effects-glass.ts';
import { outputsEffects } from './effects-outputs.ts';
import { serviceEffects } from './effects-service.ts';
import type { Deps } from './reading.ts';
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
