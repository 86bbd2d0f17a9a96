import type { Clock } from '../clock.ts';
import type { OperatorError } from '../errors.ts';
import { identityError } from './identity-errors.ts';
import type { Credential, RequestToken } from './identity-types.ts';

/** Refreshed this long before its end, so that no call carries a token that dies on the way (cloud-apis section 2.2). */
const REFRESH_BEFORE_MS = 300_000;
/** A wrong secret stays wrong for a while; a corrected one has another fingerprint and is tried at once. */
const REFUSED_FOR_MS = 30_000;
const UNANSWERED_FOR_MS = 2_000;

type Entry = {
  token?: { text: string; refreshAtMs: number; diesAtMs: number };
  flight?: Promise<string>;
  failure?: { error: OperatorError; untilMs: number };
};

export interface Tokens {
  /** A token for `scope` from the credential's own tenant. Throws OperatorError. */
  get(credential: Credential, fingerprint: string, scope: string): Promise<string>;
  /** A service refused `token`: the next `get` asks Entra anew, unless somebody else has already done so. */
  drop(fingerprint: string, scope: string, token: string): void;
}

/**
 * One token per credential and scope. The fingerprint covers the secret itself: knowing a client id is not enough to
 * be served a token that somebody else's secret has earned.
 */
export function createTokens(clock: Clock, request: RequestToken): Tokens {
  const entries = new Map<string, Entry>();

  const forget = (nowMs: number) => {
    for (const [key, entry] of entries) {
      const live =
        entry.flight ||
        (entry.failure && entry.failure.untilMs > nowMs) ||
        (entry.token && entry.token.diesAtMs > nowMs);
      if (!live) entries.delete(key);
    }
  };

  const refresh = async (entry: Entry, credential: Credential, scope: string): Promise<string> => {
    try {
      const { token, lifetimeMs } = await request(credential, scope);
      const nowMs = clock.now();
      // Half of a short life: a token of a minute must not be asked for with every call.
      const earlyMs = Math.min(REFRESH_BEFORE_MS, lifetimeMs / 2);
      entry.token = { text: token, refreshAtMs: nowMs + lifetimeMs - earlyMs, diesAtMs: nowMs + lifetimeMs };
      delete entry.failure;
      return token;
    } catch (thrown) {
      const error = identityError(thrown, credential, clock.now());
      const untilMs =
        clock.now() + (error.disposition === 'blocked' ? REFUSED_FOR_MS : (error.retryAfterMs ?? UNANSWERED_FOR_MS));
      entry.failure = { error, untilMs };
      throw error;
    } finally {
      delete entry.flight;
    }
  };

  return {
    async get(credential, fingerprint, scope) {
      const key = `${fingerprint}|${scope}`;
      const nowMs = clock.now();
      let entry = entries.get(key);
      if (!entry) {
        forget(nowMs);
        entries.set(key, (entry = {}));
      }
      if (entry.token && nowMs < entry.token.refreshAtMs) return entry.token.text;
      // While Entra is in trouble a token that still lives is as good as ever.
      const usable = entry.token && nowMs < entry.token.diesAtMs - 5_000 ? entry.token.text : undefined;
      if (entry.failure && nowMs < entry.failure.untilMs) {
        if (usable !== undefined) return usable;
        throw entry.failure.error;
      }
      entry.flight ??= refresh(entry, credential, scope);
      try {
        return await entry.flight;
      } catch (error) {
        if (usable !== undefined) return usable;
        throw error;
      }
    },
    drop(fingerprint, scope, token) {
      const entry = entries.get(`${fingerprint}|${scope}`);
      if (entry?.token?.text === token) delete entry.token;
    },
  };
}
