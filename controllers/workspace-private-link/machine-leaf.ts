import { leavesOf, when } from '../../operator/runtime/leaf.ts';
import type { Effect, Reason } from './types.ts';

export const leaves = leavesOf<Effect, Reason>();
export const { leaf, doing, waiting, stalled, ready } = leaves;
export { when };
