import { describe, expect, test } from '@jest/globals';
import type { Credential, IssuedToken } from '../../operator/clients/identity-types.ts';
import { createTokens } from '../../operator/clients/tokens.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { CLIENT, TENANT } from './fakes.ts';

const HOUR_MS = 3_600_000;
const SCOPE = 'https://example.test/.default';
const credential: Credential = {
  tenantId: TENANT,
  clientId: CLIENT,
  proof: { kind: 'secret', clientSecret: 'planted' },
};

function set(
  answer: (count: number) => IssuedToken | Error = (count) => ({ token: `token-${count}`, lifetimeMs: HOUR_MS }),
) {
  const clock = virtualClock();
  const requests: { tenantId: string; scope: string }[] = [];
  const tokens = createTokens(clock, ({ tenantId }, scope) => {
    requests.push({ tenantId, scope });
    const issued = answer(requests.length);
    return issued instanceof Error ? Promise.reject(issued) : Promise.resolve(issued);
  });
  const get = (fingerprint = 'print', scope = SCOPE) => tokens.get(credential, fingerprint, scope);
  return { clock, requests, tokens, get };
}

describe('the token cache', () => {
  test('asks Entra once for all who ask at the same time, and not again until five minutes before the end', async () => {
    const { clock, requests, get } = set();
    expect(await Promise.all([get(), get(), get()])).toEqual(['token-1', 'token-1', 'token-1']);
    await clock.advance(HOUR_MS - 300_001);
    expect(await get()).toBe('token-1');
    await clock.advance(1);
    expect(await get()).toBe('token-2');
    expect(requests).toHaveLength(2);
  });

  test('is not impressed by the time scale: lifetimes are real', async () => {
    const { requests, get } = set();
    await get();
    expect(requests).toHaveLength(1);
  });

  test('keeps audiences and proofs apart', async () => {
    const { requests, get } = set();
    await get('print', 'arm');
    await get('print', 'fabric');
    await get('other print', 'arm');
    expect(requests.map(({ scope }) => scope)).toEqual(['arm', 'fabric', 'arm']);
  });

  test('uses half of a token that lives for a minute', async () => {
    const { clock, requests, get } = set((count) => ({ token: `token-${count}`, lifetimeMs: 60_000 }));
    await get();
    await clock.advance(29_999);
    expect(await get()).toBe('token-1');
    await clock.advance(1);
    expect(await get()).toBe('token-2');
    expect(requests).toHaveLength(2);
  });

  test('drops a refused token once: a second refusal of the old one does not cost the new one', async () => {
    const { requests, tokens, get } = set();
    const old = await get();
    tokens.drop('print', SCOPE, old);
    expect(await get()).toBe('token-2');
    tokens.drop('print', SCOPE, old);
    expect(await get()).toBe('token-2');
    expect(requests).toHaveLength(2);
  });

  test('goes on with a token that still lives while Entra is in trouble', async () => {
    const { clock, get } = set((count) =>
      count === 1 ? { token: 'token-1', lifetimeMs: HOUR_MS } : new Error('down'),
    );
    await get();
    await clock.advance(HOUR_MS - 200_000);
    expect(await get()).toBe('token-1');
    await clock.advance(200_000);
    await expect(get()).rejects.toThrow('Entra');
  });

  test('does not ask Entra again at once after a failure, and asks again soon', async () => {
    const { clock, requests, get } = set(() => new Error('down'));
    await expect(get()).rejects.toMatchObject({ disposition: 'transient' });
    await expect(get()).rejects.toMatchObject({ disposition: 'transient' });
    expect(requests).toHaveLength(1);
    await clock.advance(2_000);
    await expect(get()).rejects.toMatchObject({ disposition: 'transient' });
    expect(requests).toHaveLength(2);
  });

  test('asks only for the credential’s own tenant', async () => {
    const { requests, get } = set();
    await get();
    expect(requests).toEqual([{ tenantId: TENANT, scope: SCOPE }]);
  });
});
