import type { CommunicationPolicyBody } from '../../../operator/clients/fabric/types.ts';
import { toOperatorError } from '../../../operator/errors.ts';
import { report } from '../../../operator/runtime/acting.ts';
import { withAnswer } from '../../../operator/runtime/rivalry.ts';
import { ANNOTATION } from '../desired-names.ts';
import { LOCK_KEYS, NO_GLASS, notes } from '../desired-provenance.ts';
import { type Run } from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { Effect } from '../types.ts';
import { explicit, open } from './effect-policy.ts';

type AccessEffect = Extract<
  Effect,
  'rehearsePolicy' | 'denyInbound' | 'openInbound' | 'recordDeny' | 'recordAllow' | 'applyOutbound' | 'recordOutbound'
>;

/** With a denial an earlier opening is over: the next one is waited for from its own beginning. */
const NEVER_OPENED = { [`${ANNOTATION}allow-at`]: null };

/**
 * Every write of the policy: read anew in this pass, both directions explicit, with the ETag of that read, so that a
 * change by somebody else in between is a conflict and not a loss (design section 8).
 */
export const accessEffects = (deps: Deps): Readonly<Record<AccessEffect, Run>> => ({
  /** Writes the policy as it is: proves the right to write it before it matters. */
  async rehearsePolicy(pass, { desired }) {
    const { policy, put, identity } = await open(deps, pass, desired);
    await put(explicit(policy));
    await pass.annotate(notes.policyWrite(identity));
    pass.audit('RehearsePolicy', { workspaceId: desired.workspaceId });
  },

  async denyInbound(pass, { desired, provenance, access }) {
    const { policy, put } = await open(deps, pass, desired);
    if (policy.inbound !== 'Allow') return;
    const body: CommunicationPolicyBody = { ...explicit(policy), inbound: 'Deny' };
    const nowMs = deps.clock.now();
    await pass.annotate({
      ...(provenance.accessBefore === 'none' && notes.accessBefore('Allow')),
      ...notes.at('deny-at', nowMs),
      ...NEVER_OPENED,
    });
    try {
      await put(body);
    } catch (thrown) {
      const { disposition } = toOperatorError(thrown);
      // A plain refusal changed nothing: what was written down for it would be a lie.
      const refused = disposition === 'blocked' || disposition === 'terminal';
      if (refused && !provenance.locked) await pass.annotate({ [`${ANNOTATION}deny-at`]: null });
      throw thrown;
    }
    const unproven = pass.resource.spec.inbound?.requires === 'None';
    const wasGlass = provenance.glassUntilMs !== undefined;
    const opener = wasGlass ? 'break-glass is over' : 'somebody had opened it';
    const note = provenance.locked
      ? `Closed the workspace to the public again: ${opener}. In effect within 30 minutes.`
      : `Denied public access to the workspace; in effect within 30 minutes.${unproven ? ' Nothing was proven first, because inbound.requires is None.' : ''}`;
    const warning = provenance.locked || unproven;
    report(
      pass,
      { reason: 'AccessDenying', action: 'DenyInbound', note, warning },
      {
        workspaceId: desired.workspaceId,
        relock: provenance.locked,
        breakGlass: wasGlass,
        requires: pass.resource.spec.inbound?.requires ?? 'ControlPlane',
        path: access.inbound.path,
      },
    );
    // Afterwards: a write that failed was no relock, and three of those would accuse a rival who is not there.
    // What we opened ourselves accuses nobody, and is over with the lock in place.
    if (wasGlass) await pass.annotate(NO_GLASS);
    else if (provenance.locked) {
      await pass.annotate(notes.relocks(withAnswer(provenance.relocksMs, nowMs, deps.clock)));
    }
  },

  async openInbound(pass, { desired, release }) {
    const { policy, put } = await open(deps, pass, desired);
    if (policy.inbound === 'Allow') return;
    const body: CommunicationPolicyBody = { ...explicit(policy), inbound: 'Allow' };
    // A life goes on without a lock to remember; a deletion still has to wait for the doors to open.
    const forgotten = release ? [] : LOCK_KEYS.map((key) => [key, null] as const);
    await pass.annotate({ ...notes.at('allow-at', deps.clock.now()), ...Object.fromEntries(forgotten) });
    await put(body);
    const why = release ? 'the object is being deleted, and it was open before' : 'the spec says Allow';
    const note = `Opened the workspace to the public: ${why}. It may take about 15 minutes until everything answers.`;
    report(
      pass,
      { reason: 'AccessOpening', action: 'OpenInbound', note, warning: true },
      {
        workspaceId: desired.workspaceId,
        deleting: release !== undefined,
      },
    );
  },

  async recordDeny(pass, { provenance }) {
    await pass.annotate({
      ...notes.locked(),
      ...(provenance.accessBefore === 'none' && notes.accessBefore('Deny')),
      ...(provenance.denyAtMs === undefined && notes.at('deny-at', deps.clock.now())),
      ...NEVER_OPENED,
      ...NO_GLASS,
    });
  },

  async recordAllow(pass) {
    await pass.annotate(notes.at('allow-at', deps.clock.now()));
  },

  async applyOutbound(pass, { desired, provenance }) {
    const wanted = pass.resource.spec.outbound?.publicAccess;
    const { policy, put } = await open(deps, pass, desired);
    if (wanted === undefined || policy.outbound === wanted) return;
    const before = explicit(policy);
    await pass.annotate({
      ...(provenance.outboundBefore === 'none' && notes.outboundBefore(before.outbound)),
      ...notes.at('outbound-at', deps.clock.now()),
    });
    await put({ ...before, outbound: wanted });
    const note = `Set outbound public access of the workspace to ${wanted}; in effect within 15 minutes.`;
    report(
      pass,
      { reason: 'OutboundApplying', action: 'ApplyOutbound', note },
      { workspaceId: desired.workspaceId, wanted },
    );
  },

  async recordOutbound(pass) {
    await pass.annotate(notes.outboundBefore('Deny'));
  },
});
