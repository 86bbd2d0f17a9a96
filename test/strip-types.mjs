import { stripTypeScriptTypes } from 'node:module';

/** Jest transform: the same type stripping that Node itself does when it runs a .ts file. */
const transformer = {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: undefined,
};

export const { process, getCacheKey } = transformer;
export default transformer;
