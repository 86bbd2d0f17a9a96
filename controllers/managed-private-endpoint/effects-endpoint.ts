import { randomBytes } from 'node:crypto';
import { withRecreation } from '../../operator/approval/recreation.ts';
import { OperatorError, toOperatorError } from '../../operator/errors.ts';
import { found, report } from '../../operator/runtime/acting.ts';
import { withAnswer } from '../../operator/runtime/rivalry.ts';
import { same } from './desired-names.ts';
import { notes, provenId, requestOver } from './desired-provenance.ts';
import { inWords, type Run, targetOf } from './effect-parts.ts';
import { cooldownEntry, rowOf, withNoted } from './observe-endpoint.ts';
import { isOver, namesakesOf } from './observe-target.ts';
import { clientsOf, type Deps, type MyPass } from './reading.ts';
import type { Effect, ManagedEndpointRow, Seen } from './types.ts';

type EndpointEffect = Extract<
  Effect,
  | 'claim'
  | 'deleteLeftover'
  | 'noteRequest'
  | 'requestEndpoint'
  | 'noteEndpoint'
  | 'adoptEndpoint'
  | 'noteLoss'
  | 'recreateEndpoint'
>;

/** Room in the 140 characters of a request message (cloud-apis 12.1) beside the 100 of the spec. */
const NONCE_BYTES = 6;

export const endpointEffects = (deps: Deps): Readonly<Record<EndpointEffect, Run>> => ({
  async claim(pass) {
    await pass.claim({});
  },

  /** Only what was proven to be ours and is over: it would make the next request look like one of two. */
  async deleteLeftover(pass, seen) {
    const own = provenId(seen.provenance);
    const target = await targetOf(deps, pass, seen);
    if (own === undefined || !target) return;
    const list = await target.side.list({ ...pass.call, maxAgeMs: 0 });
    const left = namesakesOf(seen.desired, list ?? []).find((one) => same(one.privateEndpointId, own) && isOver(one));
    if (!left) return;
    await target.side.remove(left.name, pass.call);
    pass.audit('DeleteLeftover', { target: target.id, connection: left.name, privateEndpointId: own });
  },

  /** Before the POST: when, that nothing on the target bore the name, and by what our request is known again. */
  async noteRequest(pass, seen) {
    const nonce = randomBytes(NONCE_BYTES).toString('hex');
    const clean = seen.target.facts.matches === 'none';
    const { id, workspaceId } = seen.target;
    const targetId = found(id, 'the target');
    await pass.annotate({
      ...notes.endpoint(undefined),
      ...notes.match(undefined),
      ...notes.leftover(undefined),
      ...notes.request({
        atMs: deps.clock.now(),
        clean,
        nonce,
        targetId,
        // Until the POST leaves: if that does not come to be for long, somebody else may make one of that name.
        refused: true,
        ...(workspaceId !== undefined && { workspaceId }),
      }),
    });
  },

  async requestEndpoint(pass, seen) {
    const { fabric } = await clientsOf(deps, pass);
    const { source, requestMessage, fqdns } = seen.desired;
    const { id, subresource } = seen.target;
    const { refused: isUnasked, ...request } = found(seen.provenance.request, 'the request');
    const { nonce, targetId: notedId } = request;
    const targetId = found(id, 'the target');
    if (!same(targetId, notedId)) {
      // The WorkspacePrivateLink has been made anew with another service since: noted anew, with the next look.
      await pass.annotate(notes.request(undefined));
      return;
    }
    if (isUnasked) {
      // From now on a row of that name may be ours.
      const clean = seen.target.facts.matches === 'none';
      await pass.annotate(notes.request({ ...request, atMs: deps.clock.now(), clean }));
    }
    const mark = `[fabriclink:${nonce}]`;
    try {
      await fabric.createManagedPrivateEndpoint(
        source.workspaceId,
        {
          name: source.name,
          targetId,
          requestMessage: requestMessage === '' ? mark : `${requestMessage} ${mark}`,
          ...(subresource !== undefined && { subresource }),
          ...(fqdns.length > 0 && { fqdns }),
        },
        pass.call,
      );
    } catch (thrown) {
      // Nothing was made: what bears the name from now on, somebody else has made.
      if (isRefusal(toOperatorError(thrown))) await pass.annotate(notes.request({ ...request, refused: true }));
      throw notShownYet(thrown, source.name);
    }
    const says = `Asked Fabric for ${inWords(seen.desired)}, to ${targetId}.`;
    report(
      pass,
      { reason: 'EndpointRequested', action: 'RequestEndpoint', note: says },
      { targetId, name: source.name },
    );
  },

  async noteEndpoint(pass, seen) {
    await pass.annotate(notes.endpoint({ how: 'created', id: found(seen.endpoint.row, 'the endpoint').id }));
  },

  async adoptEndpoint(pass, seen) {
    const { id } = found(seen.endpoint.row, 'the endpoint');
    await pass.annotate({
      ...notes.request(undefined),
      ...notes.endpoint({ how: 'adopted', id, sinceMs: deps.clock.now() }),
    });
    const note = `Took over ${inWords(seen.desired)}, which existed already. It stays when this object goes, unless deletionPolicy is DeleteAll.`;
    report(pass, { reason: 'EndpointAdopted', action: 'AdoptEndpoint', note }, { endpointId: id });
  },

  /** Somebody else has deleted it: Fabric's cool-down counts from then, and now is the latest that this can have been. */
  async noteLoss(pass, seen) {
    const row = await rowNow(deps, pass, seen);
    const noted = found(seen.provenance.endpoint, 'the endpoint');
    if (row && same(row.id, noted.id) && row.provisioningState !== 'Deleting') return;
    const { id } = seen.target;
    if (id !== undefined) {
      await deps.ledger.write(
        cooldownEntry({ deps, pass, desired: seen.desired }, id, 'deleted by somebody else'),
        pass.signal,
      );
    }
    // The next one is asked for, and ours.
    const forgets = noted.how === 'adopted' ? notes.endpoint(undefined) : {};
    await pass.annotate({ ...requestOver(seen.provenance), ...forgets });
    const note = `Somebody deleted ${inWords(seen.desired)}. Fabric takes no other request to the same target for 15 minutes; then it is asked for again.`;
    report(pass, { reason: 'EndpointLost', action: 'NoteLoss', note, warning: true }, { endpointId: noted.id });
  },

  async recreateEndpoint(pass, seen) {
    const row = await rowNow(deps, pass, seen);
    if (!row || !same(row.id, seen.provenance.endpoint?.id)) return;
    if (row.provisioningState === 'Deleting' || row.connection?.status === 'Approved') return;
    const { fabric } = await clientsOf(deps, pass);
    await deps.ledger.write(
      cooldownEntry({ deps, pass, desired: seen.desired }, row.targetId, 'deleted to be asked for again'),
      pass.signal,
    );
    await pass.annotate({ ...requestOver(seen.provenance), ...recreationNote(deps, seen, row) });
    await fabric.deleteManagedPrivateEndpoint(seen.desired.source.workspaceId, row.id, pass.call);
    const note = `Deleted ${inWords(seen.desired)}, from whose state (${seen.endpoint.facts.endpoint}) Fabric does not recover; it is asked for again in 15 minutes, as recreatePolicy says.`;
    report(
      pass,
      { reason: 'EndpointRecreating', action: 'RecreateEndpoint', note, warning: true },
      { endpointId: row.id },
    );
  },
});

/** An endpoint that leads elsewhere is not given up for what others did. */
function recreationNote({ clock }: Deps, { endpoint, provenance }: Seen, { id }: ManagedEndpointRow) {
  if (endpoint.facts.endpoint === 'nameTaken') return {};
  return notes.recreated(withRecreation(provenance.recreations, id, (atMs) => withAnswer(atMs, clock.now(), clock)));
}

/** The rows of the workspace as Fabric has them now, ours by its id when the list does not show it. */
export async function rowsNow(
  deps: Deps,
  pass: MyPass,
  seen: Seen,
  call: MyPass['call'] = { ...pass.call, maxAgeMs: 0 },
): Promise<readonly ManagedEndpointRow[]> {
  const { desired, provenance } = seen;
  const clients = await clientsOf(deps, pass);
  const { value } = await clients.fabric.managedPrivateEndpoints(desired.source.workspaceId, call);
  const rows = await withNoted({ deps, pass, desired, provenance, clients }, { value });
  if (rows.fault) throw rows.fault.error;
  return rows.value;
}

export async function rowNow(deps: Deps, pass: MyPass, seen: Seen): Promise<ManagedEndpointRow | undefined> {
  return rowOf(seen.desired, await rowsNow(deps, pass, seen));
}

/** Of UnknownError nobody knows what it means (terraform-provider-fabric issue 807); a duplicate may be our own. */
const NOT_REFUSED: ReadonlySet<string | undefined> = new Set([
  'unknownerror',
  'duplicateprivateendpointname',
  'duplicatetargetprivatelinkresourceid',
]);

/** Fabric has answered, and made nothing. */
function isRefusal({ disposition, status, code }: OperatorError): boolean {
  if (status === 429) return true;
  const isClient = status !== undefined && status >= 400 && status < 500;
  return isClient && (disposition === 'blocked' || disposition === 'terminal') && !NOT_REFUSED.has(code?.toLowerCase());
}

/** The list did not show it a moment ago: most likely our own request, whose answer was lost, and a list that lags. */
function notShownYet(thrown: unknown, name: string): unknown {
  const error = toOperatorError(thrown);
  if (error.code?.toLowerCase() !== 'duplicateprivateendpointname') return thrown;
  return new OperatorError({
    disposition: 'transient',
    reason: 'EndpointNotShownYet',
    message: `Fabric has a managed private endpoint "${name}" and does not list it yet`,
    code: error.code,
    ...(error.status !== undefined && { status: error.status }),
    cause: thrown,
  });
}
