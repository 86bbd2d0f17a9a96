import { leavesOf, when } from '../../operator/runtime/leaf.ts';
import type { Effect, Reason } from './types.ts';

export const { leaf, doing, waiting, stalled, ready } = leavesOf<Effect, Reason>();
export { when };
