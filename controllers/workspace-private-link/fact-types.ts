/** The closed facts of every ladder; each room keeps those of its own. */

export * from './access/fact-types.ts';
export * from './connections/fact-types.ts';
export * from './credentials/fact-types.ts';
export * from './dns/fact-types.ts';
export * from './endpoint/fact-types.ts';
export * from './outputs/fact-types.ts';
export * from './placement/fact-types.ts';
export * from './proof/fact-types.ts';
export * from './service/fact-types.ts';
