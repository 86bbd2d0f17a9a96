import type { Clock } from '../../clock.ts';
import { OperatorError } from '../../errors.ts';
import type { CallOptions, Read } from '../call.ts';
import type { CommunicationPolicy } from './types.ts';

type Inventory = ReadonlyMap<string, CommunicationPolicy>;

/** Up to so many workspaces, single reads cost no more than the inventory and need no admin right. */
const FEW = 4;
/** Whoever may not read it is not asked again for this long: rights change slowly. */
const REFUSED_FOR_MS = 900_000;
/** Nobody says how soon the inventory shows a change (cloud-apis section 17): what we changed is read by itself for this long. */
const DISTRUSTED_FOR_MS = 3_600_000;
const MOST_WRITES = 10_000;
/** The inventory lists workspaces that restrict something: one that is absent is open. */
const OPEN: CommunicationPolicy = { inbound: 'Allow', outbound: 'Allow' };

export type PolicyInventory = {
  /** What the inventory says; undefined: the workspace must be asked itself. Throws `throttled` only, or the signal's reason. */
  find(workspaceId: string, call: CallOptions): Promise<Read<CommunicationPolicy> | undefined>;
  /** We have just changed a policy. */
  wrote(workspaceId: string): void;
};

/** One call for the policies of a whole tenant, where the identity may read them. It carries no ETags: never write by it. */
export function createPolicyInventory(
  clock: Clock,
  load: (call: CallOptions) => Promise<Read<Inventory>>,
): PolicyInventory {
  const asked = new Set<string>();
  const wroteAtMs = new Map<string, number>();
  let refusedUntilMs = 0;

  return {
    async find(workspaceId, call) {
      const id = workspaceId.toLowerCase();
      if (asked.size < FEW) asked.add(id);
      // Whoever names an age is about to decide something, and asks the service itself.
      if (asked.size < FEW || call.maxAgeMs !== undefined || refusedUntilMs > clock.now()) return undefined;
      const distrustedUntilMs = (wroteAtMs.get(id) ?? -Infinity) + clock.scaled(DISTRUSTED_FOR_MS);
      if (distrustedUntilMs > clock.now()) return undefined;
      try {
        const { value, readAtMs } = await load(call);
        return { value: value.get(id) ?? OPEN, readAtMs };
      } catch (error) {
        if (call.signal.aborted || (error instanceof OperatorError && error.disposition === 'throttled')) throw error;
        refusedUntilMs = clock.now() + clock.scaled(REFUSED_FOR_MS);
        return undefined;
      }
    },
    wrote(workspaceId) {
      if (wroteAtMs.size >= MOST_WRITES) {
        const beforeMs = clock.now() - clock.scaled(DISTRUSTED_FOR_MS);
        for (const [id, atMs] of wroteAtMs) if (atMs < beforeMs) wroteAtMs.delete(id);
      }
      wroteAtMs.set(workspaceId.toLowerCase(), clock.now());
    },
  };
}
