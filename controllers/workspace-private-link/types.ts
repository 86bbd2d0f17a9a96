import type { WorkspacePrivateLink } from '../../crds/workspace-private-link.ts';

export type {
  DescribeInput,
  EventNote,
  Ladder,
  PlanStep,
  Report,
  Rest,
} from '../../operator/runtime/kind.ts';
export * from './cloud-types.ts';
export * from './desired-types.ts';
export * from './fact-types.ts';
export * from './provenance-types.ts';
export * from './seen-types.ts';
export * from './word-types.ts';
export type { WorkspacePrivateLink };
