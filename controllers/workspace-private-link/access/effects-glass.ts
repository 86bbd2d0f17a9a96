import { found, report } from '../../../operator/runtime/acting.ts';
import { ANNOTATION } from '../desired-names.ts';
import { notes } from '../desired-provenance.ts';
import { type Run } from '../effect-parts.ts';
import type { Deps } from '../reading.ts';
import type { Effect, Seen } from '../types.ts';
import { explicit, open } from './effect-policy.ts';

type GlassEffect = Extract<Effect, 'breakGlass' | 'recordGlass' | 'refuseGlass'>;

const NOT_REFUSED = { [`${ANNOTATION}break-glass-refused`]: null };

const untilOf = ({ access }: Seen): number => found(access.glass.untilMs, 'a break-glass');

/** Opens a closed workspace for a while, because a person asks for it (design section 8). The inbound ladder closes it again. */
export const glassEffects = (deps: Deps): Readonly<Record<GlassEffect, Run>> => ({
  /**
   * What is written down first closes the door again: by whose word it stands open, and that a Deny was in place, which
   * nobody would know after a crash. Safe to repeat; begun a moment before the time is over, it opens nothing after it.
   */
  async breakGlass(pass, seen) {
    const { desired, provenance } = seen;
    const untilMs = untilOf(seen);
    const { policy, put, identity } = await open(deps, pass, desired);
    const nowMs = deps.clock.now();
    if (policy.inbound !== 'Deny' || nowMs >= untilMs) return;
    const body = { ...explicit(policy), inbound: 'Allow' as const };
    await pass.annotate({
      ...notes.glass(untilMs),
      ...notes.locked(),
      // As recordDeny would have: it was closed before we came.
      ...(provenance.accessBefore === 'none' && notes.accessBefore('Deny')),
      ...notes.at('allow-at', nowMs),
      [`${ANNOTATION}deny-at`]: null,
      ...NOT_REFUSED,
    });
    await put(body);
    // Whoever could open it can close it: that needs no rehearsal.
    await pass.annotate(notes.policyWrite(identity));
    const until = new Date(untilMs).toISOString();
    const note = `BREAK-GLASS: opened the workspace to the public until ${until}, because the annotation fabriclink.dev/break-glass asks for it. It is closed again by itself then, or when the annotation is taken away.`;
    report(
      pass,
      { reason: 'BreakGlassOpen', action: 'BreakGlass', note, warning: true },
      {
        workspaceId: desired.workspaceId,
        until,
        accessBefore: provenance.accessBefore === 'none' ? 'Deny' : provenance.accessBefore,
      },
    );
  },

  async recordGlass(pass, seen) {
    const untilMs = untilOf(seen);
    await pass.annotate({ ...notes.glass(untilMs), ...NOT_REFUSED });
    const until = new Date(untilMs).toISOString();
    const note = `BREAK-GLASS: the workspace stays open to the public until ${until}, because the annotation fabriclink.dev/break-glass asks for it.`;
    report(
      pass,
      { reason: 'BreakGlassOpen', action: 'BreakGlassUntil', note, warning: true },
      { workspaceId: seen.desired.workspaceId, until },
    );
  },

  async refuseGlass(pass, { access, desired }) {
    await pass.annotate(notes.glassRefused(access.glass.text));
    pass.audit('RefuseBreakGlass', { workspaceId: desired.workspaceId, asked: access.glass.text });
  },
});
