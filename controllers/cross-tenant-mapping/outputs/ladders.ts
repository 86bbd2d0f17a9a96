import type { Ladder } from '../types.ts';
import type { OutputsSeen } from './types.ts';

export const outputsLadders = (outputs: OutputsSeen | undefined): readonly Ladder[] =>
  outputs ? [{ name: 'outputs', machine: 'outputs', facts: outputs.facts }] : [];

/** For the removal: whether anything is still published. stuck: the API server does not let us take it back. */
export function withdrawalSummary(outputs: OutputsSeen | undefined): 'gone' | 'leaving' | 'stuck' {
  if (!outputs) return 'gone';
  return outputs.facts.previous === 'refused' ? 'stuck' : 'leaving';
}
