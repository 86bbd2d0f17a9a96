import type { Clock } from '../../../operator/clock.ts';
import type { OperatorError } from '../../../operator/errors.ts';

/** Published: how long one refusal speaks for everybody of that tenant. */
const SPEAKS_FOR_MS = 570_000;
const MOST_TENANTS = 1_000;

/**
 * Which guest tenants have not consented, as far as the last POST told: a hundred waiting guests of one tenant cost one
 * call in ten minutes, and not a hundred. A hint about when to ask, and never about what is so; whoever asks the operator to look now (fabriclink.dev/reconcile) makes it ask.
 */
export function createConsentMemory(clock: Pick<Clock, 'now' | 'scaled'>) {
  const refused = new Map<string, { error: OperatorError; untilMs: number }>();
  const keyOf = (provider: string, guest: string) => `${provider}/${guest}`.toLowerCase();
  return {
    missing(provider: string, guest: string): OperatorError | undefined {
      const entry = refused.get(keyOf(provider, guest));
      return entry && clock.now() < entry.untilMs ? entry.error : undefined;
    },
    /** However long ago: who cannot ask just now has no other word. */
    lastRefusal: (provider: string, guest: string): OperatorError | undefined =>
      refused.get(keyOf(provider, guest))?.error,
    noteMissing(provider: string, guest: string, error: OperatorError): void {
      const key = keyOf(provider, guest);
      // Said again by whom it was told is no news.
      if (this.missing(provider, guest) === error) return;
      if (refused.size >= MOST_TENANTS) refused.clear();
      refused.set(key, { error, untilMs: clock.now() + clock.scaled(SPEAKS_FOR_MS) });
    },
    noteGiven: (provider: string, guest: string): void => void refused.delete(keyOf(provider, guest)),
  };
}
