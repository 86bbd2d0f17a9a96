import type { EntraSwitch } from '../../../simulator/entra/conduct.ts';
import { expect } from '../core/expectations.ts';
import {
  type Bench,
  CLIENT,
  PRINCIPAL,
  type Reply,
  SUBSCRIPTION,
  startBench,
  TENANT,
  tokenFor,
} from '../core/fixture.ts';
import { describeSwitches } from '../core/switches.ts';

type Form = Record<string, string>;

function ask(bench: Bench, form: Form = {}, tenantId = TENANT): Promise<Reply> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: CLIENT,
    client_secret: 'open-sesame',
    scope: 'https://management.azure.com/.default',
    ...form,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const url = `${bench.simulator.urls.login}/${tenantId}/oauth2/v2.0/token`;
  return bench.raw('POST', url, { headers, body: body.toString() });
}

function expectRefusal(reply: Reply, status: number, error: string, number: number): void {
  expect({ status: reply.status, error: reply.at('error'), codes: reply.at('error_codes') }).toEqual({
    status,
    error,
    codes: [number],
  });
  expect(reply.at('error_description')).toMatch(`AADSTS${number}: `);
}

/** An unsigned JWT: enough where the signature is not what is looked at. */
function assertion(header: object, claims: object): Form {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${encode(header)}.${encode(claims)}.${encode({})}`,
  };
}

const soon = () => Math.floor(Date.now() / 1000) + 600;
const app = (bench: Bench) => bench.simulator.world.entra.apps[`${TENANT}/${CLIENT}`]!;
const READ = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Fabric`;

describeSwitches<EntraSwitch>(
  {
    checkSecret: {
      keeps: 'a wrong secret out',
      check: async (bench) =>
        expectRefusal(await ask(bench, { client_secret: 'guess' }), 401, 'invalid_client', 7000215),
    },
    checkSecretExpiry: {
      keeps: 'an expired secret out',
      async check(bench) {
        app(bench).secrets[0]!.expiresAtMs = bench.clock.now() - 1;
        expectRefusal(await ask(bench), 401, 'invalid_client', 7000222);
      },
    },
    checkCertificate: {
      keeps: 'a certificate out that the app does not have',
      async check(bench) {
        const form = assertion({ alg: 'RS256', x5t: 'c3RyYW5nZQ' }, { iss: CLIENT, sub: CLIENT, exp: soon() });
        expectRefusal(await ask(bench, form), 401, 'invalid_client', 700027);
      },
    },
    checkFederatedCredential: {
      keeps: 'a service account out that no federated credential names, also before a new one works',
      async check(bench) {
        const subject = 'system:serviceaccount:ns:operator';
        const claims = { iss: 'https://cluster.example', sub: subject, aud: 'api://AzureADTokenExchange', exp: soon() };
        const form = assertion({ alg: 'RS256' }, claims);
        app(bench).federated.push({
          issuer: claims.iss,
          subject,
          audience: claims.aud,
          effectiveAtMs: bench.clock.now() + 60_000,
        });
        expectRefusal(await ask(bench, form), 401, 'invalid_client', 700213);
        bench.clock.advance(60_000);
        expect((await ask(bench, form)).status).toBe(200);
      },
    },
    checkAssertionLifetime: {
      keeps: 'an assertion out that is over',
      async check(bench) {
        const form = assertion({ alg: 'RS256' }, { iss: 'https://cluster.example', exp: soon() - 3600 });
        expectRefusal(await ask(bench, form), 401, 'invalid_client', 700024);
      },
    },
    requireApp: {
      keeps: 'an app out that the tenant does not know',
      async check(bench) {
        const stranger = '99999999-0000-4000-8000-000000000009';
        expectRefusal(await ask(bench, { client_id: stranger }), 400, 'unauthorized_client', 700016);
      },
    },
    requireTenant: {
      keeps: 'unknown tenants unknown, in discovery as well',
      async check(bench) {
        const nowhere = '99999999-0000-4000-8000-00000000000a';
        const url = `${bench.simulator.urls.login}/${nowhere}/v2.0/.well-known/openid-configuration`;
        expectRefusal(await bench.raw('GET', url), 400, 'invalid_request', 90002);
        expectRefusal(await ask(bench, {}, nowhere), 400, 'invalid_request', 90002);
      },
    },
    checkScope: {
      keeps: 'scopes other than a whole resource out',
      async check(bench) {
        const scope = 'https://api.fabric.microsoft.com/Workspace.ReadWrite.All';
        expectRefusal(await ask(bench, { scope }), 400, 'invalid_scope', 70011);
      },
    },
    requireResourcePrincipal: {
      keeps: 'resources out that have no principal in the tenant',
      async check(bench) {
        bench.simulator.world.entra.tenants[TENANT]!.missingResources.push('https://api.fabric.microsoft.com/');
        const scope = 'https://api.fabric.microsoft.com/.default';
        expectRefusal(await ask(bench, { scope }), 400, 'invalid_resource', 500011);
      },
    },
    expireTokens: {
      keeps: 'tokens that are over from working, those called back included',
      async check(bench) {
        const reply = await ask(bench);
        const headers = { authorization: `Bearer ${String(reply.at('access_token'))}` };
        const url = `${bench.simulator.urls.arm}${READ}?api-version=2021-04-01`;
        expect((await bench.raw('GET', url, { headers })).status).toBe(200);
        bench.simulator.world.entra.tokensValidFromMs = Date.now() + 1;
        const after = await bench.raw('GET', url, { headers });
        expect([after.status, after.at('error.code')]).toEqual([401, 'ExpiredAuthenticationToken']);
      },
    },
    checkAudience: {
      keeps: 'tokens for other resources out',
      async check(bench) {
        const token = tokenFor({ tenantId: TENANT, objectId: PRINCIPAL }, 'https://graph.microsoft.com');
        const url = `${bench.simulator.urls.arm}${READ}?api-version=2021-04-01`;
        const reply = await bench.raw('GET', url, { headers: { authorization: `Bearer ${token}` } });
        expect([reply.status, reply.at('error.code')]).toEqual([401, 'InvalidAuthenticationToken']);
      },
    },
  },
  (adjust) => startBench({ adjust }),
  (conduct, name) => {
    conduct.entra.switches[name] = false;
  },
);
