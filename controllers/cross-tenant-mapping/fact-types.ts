/** What machines see: closed values only. Each room lists every value of its facts in `X_FACTS`; the types are made from the lists. */
export * from './expansion/fact-types.ts';
export * from './grants/fact-types.ts';
export * from './mapping/fact-types.ts';
export * from './outputs/fact-types.ts';
export * from './removal/fact-types.ts';
export * from './strings/fact-types.ts';
