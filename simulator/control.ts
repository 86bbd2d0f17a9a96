import { ARM_EVIDENCE } from './arm/conduct.ts';
import { deleteLinkService } from './arm/fabric/out-of-band.ts';
import { deleteOutOfBand } from './arm/out-of-band.ts';
import { speedOf } from './clock.ts';
import type { Cloud } from './cloud.ts';
import { DNS_EVIDENCE } from './dns/conduct.ts';
import type { NameServers } from './dns/name-servers.ts';
import { ENTRA_EVIDENCE } from './entra/conduct.ts';
import { Refusal, type ServiceName, type SimResponse } from './exchange.ts';
import type { Fault } from './faults.ts';
import { GRAPH_EVIDENCE } from './graph/conduct.ts';
import type { Route } from './router.ts';

/** The simulator's own API, for people and demos: nothing of it exists in Azure. */
export function mountControl(cloud: Cloud, dns: NameServers): void {
  cloud.services.control.router.add(...stateRoutes(dns), ...faultRoutes, ...requestRoutes, ...resourceRoutes);
}

const ok = (body: unknown): SimResponse => ({ status: 200, body });

function stateRoutes(dns: NameServers): Route[] {
  return [
    {
      method: 'GET',
      path: '/_sim',
      handle: (_request, { urls, clock, world, addresses }) =>
        ok({
          urls,
          now: new Date(clock.now()).toISOString(),
          nameservers: dns.list(),
          endpointAddresses: addresses.list(),
          counts: countsOf(world),
        }),
    },
    {
      method: 'GET',
      path: '/_sim/clock',
      handle: (_request, { clock, world }) =>
        ok({
          now: new Date(clock.now()).toISOString(),
          speed: speedOf(clock),
          scheduled: world.scheduled.map(({ dueAtMs, kind, payload }) => ({
            dueAt: new Date(dueAtMs).toISOString(),
            kind,
            payload,
          })),
        }),
    },
    {
      method: 'GET',
      path: '/_sim/conduct',
      handle: (_request, { conduct }) =>
        ok({
          conduct,
          evidence: { entra: ENTRA_EVIDENCE, arm: ARM_EVIDENCE, dns: DNS_EVIDENCE, graph: GRAPH_EVIDENCE },
        }),
    },
    { method: 'GET', path: '/_sim/world', handle: (_request, { world }) => ok(withoutSecrets(world)) },
    {
      method: 'PUT',
      path: '/_sim/nameservers/:viewpoint',
      handle({ params, body }) {
        const wanted = (body ?? {}) as { silent?: unknown; failing?: unknown };
        const silent = wanted.silent === true;
        const failing = wanted.failing === 'SERVFAIL' || wanted.failing === 'REFUSED' ? wanted.failing : undefined;
        dns.silence(params.viewpoint ?? '', silent);
        dns.fail(params.viewpoint ?? '', failing);
        return ok({ silent, ...(failing && { failing }) });
      },
    },
  ];
}

/** How many of everything, by collection. */
function countsOf({ arm, fabric, entra, graph }: Cloud['world']): Record<string, number> {
  return Object.fromEntries(
    [...Object.entries(entra), ...Object.entries(arm), ...Object.entries(fabric), ...Object.entries(graph)].flatMap(
      ([name, collection]) => (typeof collection === 'object' ? [[name, Object.keys(collection).length]] : []),
    ),
  );
}

function withoutSecrets(world: Cloud['world']): unknown {
  const apps = Object.fromEntries(
    Object.entries(world.entra.apps).map(([key, { secrets: _secrets, ...app }]) => [key, app]),
  );
  return { ...world, entra: { ...world.entra, apps } };
}

const faultRoutes: Route[] = [
  { method: 'GET', path: '/_sim/faults', handle: (_request, { faults }) => ok({ value: faults.list() }) },
  {
    method: 'POST',
    path: '/_sim/faults',
    handle({ body }, { faults }) {
      const fault = body as Fault | undefined;
      if (!fault?.kind) throw new Refusal(400, 'BadFault', 'send a fault as JSON: {"kind": "throttle", …}');
      return { status: 201, body: { id: faults.add(fault) } };
    },
  },
  {
    method: 'DELETE',
    path: '/_sim/faults',
    handle(_request, { faults }) {
      faults.clear();
      return { status: 204 };
    },
  },
  {
    method: 'DELETE',
    path: '/_sim/faults/:id',
    handle: ({ params }, { faults }) => ({ status: faults.remove(Number(params.id)) ? 204 : 404 }),
  },
];

const requestRoutes: Route[] = [
  {
    method: 'GET',
    path: '/_sim/requests',
    handle: (_request, { requests }) => ok({ counters: requests.counters(), writes: requests.writes().length }),
  },
  {
    method: 'GET',
    path: '/_sim/requests/log',
    handle({ url }, { requests }) {
      const service = url.searchParams.get('service') as ServiceName | null;
      const last = Number(url.searchParams.get('last') ?? 100);
      return ok({ value: requests.list(service ? { service } : {}).slice(-last) });
    },
  },
  {
    method: 'DELETE',
    path: '/_sim/requests',
    handle(_request, { requests }) {
      requests.clear();
      return { status: 204 };
    },
  },
];

const resourceRoutes: Route[] = [
  {
    method: 'DELETE',
    path: '/_sim/resources',
    handle({ url }, cloud) {
      const id = url.searchParams.get('id') ?? '';
      if (deleteOutOfBand(cloud, id)) return { status: 204 };
      if (cloud.world.fabric.linkServices[id.toLowerCase()]) {
        deleteLinkService(cloud, id);
        return { status: 204 };
      }
      throw new Refusal(404, 'ResourceNotFound', `nothing to delete at '${id}'; say ?id=<ARM id>`);
    },
  },
];
