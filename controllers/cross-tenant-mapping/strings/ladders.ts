import type { Ladder } from '../types.ts';
import type { StringsSeen } from './types.ts';

export const stringLadders = (strings: StringsSeen): readonly Ladder[] =>
  Object.entries(strings).map(([name, { facts }]) => ({ name, machine: 'string', facts }));
