import { isIP } from 'node:net';
import { Environment } from '@marcbachmann/cel-js';
import { compilePattern } from '../schema/formats.ts';
import { addressFunctions } from './addresses.ts';
import { quantityFunctions } from './quantities.ts';

type Order = bigint | number | string | boolean | Date;

const less = (a: Order, b: Order): boolean => a < b;
const extreme = (list: Order[], isBetter: (a: Order, b: Order) => boolean): Order => {
  if (list.length === 0) throw new Error('min/max called on empty list');
  return list.reduce((best, each) => (isBetter(each, best) ? each : best));
};

/** Element types for which lists can be sorted. */
const ORDERED = ['int', 'double', 'string', 'bool', 'google.protobuf.Timestamp', 'google.protobuf.Duration'];

function listFunctions(env: Environment): void {
  for (const type of ORDERED) {
    const list = `list<${type}>`;
    env.registerFunction(`${list}.isSorted(): bool`, (values: Order[]) =>
      values.every((value, index) => index === 0 || !less(value, values[index - 1]!)),
    );
    env.registerFunction(`${list}.min(): ${type}`, (values: Order[]) => extreme(values, less));
    env.registerFunction(`${list}.max(): ${type}`, (values: Order[]) => extreme(values, (a, b) => less(b, a)));
  }
  env.registerFunction('list<int>.sum(): int', (values: bigint[]) => values.reduce((sum, value) => sum + value, 0n));
  env.registerFunction('list<double>.sum(): double', (values: number[]) => values.reduce((a, b) => a + b, 0));
  env.registerFunction('list.indexOf(dyn): int', (values: unknown[], value: unknown) => BigInt(values.indexOf(value)));
  env.registerFunction('list.lastIndexOf(dyn): int', (values: unknown[], value: unknown) =>
    BigInt(values.lastIndexOf(value)),
  );
}

function stringFunctions(env: Environment): void {
  const all = (text: string, pattern: string) => text.match(new RegExp(compilePattern(pattern), 'gu')) ?? [];
  env.registerFunction('string.find(string): string', (text: string, pattern: string) => all(text, pattern)[0] ?? '');
  env.registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => [
    ...all(text, pattern),
  ]);
  env.registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) =>
    limit < 0n ? [...all(text, pattern)] : all(text, pattern).slice(0, Number(limit)),
  );
  env.registerFunction('string.charAt(int): string', (text: string, index: bigint) => text.charAt(Number(index)));
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, to),
  );
  env.registerFunction(
    'string.replace(string, string, int): string',
    (text: string, from: string, to: string, limit: bigint) => replaceSome(text, from, to, Number(limit)),
  );
  env.registerFunction('string.reverse(): string', (text: string) => Array.from(text).reverse().join(''));
}

function replaceSome(text: string, from: string, to: string, limit: number): string {
  if (limit < 0) return text.replaceAll(from, to);
  let result = text;
  let start = 0;
  for (let count = 0; count < limit; count += 1) {
    const at = result.indexOf(from, start);
    if (at < 0) break;
    result = result.slice(0, at) + to + result.slice(at + from.length);
    start = at + to.length;
  }
  return result;
}

/** A namespace of functions, such as `sets`: a constant with methods. */
class Sets {
  readonly name = 'sets';
}

function setFunctions(env: Environment): void {
  const has = (list: unknown[], value: unknown) => list.some((each) => each === value);
  env.registerType('kubernetes.Sets', Sets);
  env.registerConstant('sets', 'kubernetes.Sets', new Sets());
  const register = (name: string, answer: (a: unknown[], b: unknown[]) => boolean) =>
    env.registerFunction(`kubernetes.Sets.${name}(list, list): bool`, (_: Sets, a: unknown[], b: unknown[]) =>
      answer(a, b),
    );
  register('contains', (a, b) => b.every((value) => has(a, value)));
  register('intersects', (a, b) => b.some((value) => has(a, value)));
  register('equivalent', (a, b) => b.every((value) => has(a, value)) && a.every((value) => has(b, value)));
}

function urlFunctions(env: Environment): void {
  const parse = (text: string): URL | undefined => {
    // An absolute path is a URI reference; the base is never shown.
    const base = text.startsWith('/') ? 'http://base' : undefined;
    return URL.canParse(text, base) ? new URL(text, base) : undefined;
  };
  env.registerType('kubernetes.URL', URL);
  env.registerFunction('isURL(string): bool', (text: string) => parse(text) !== undefined);
  env.registerFunction('url(string): kubernetes.URL', (text: string) => {
    const url = parse(text);
    if (!url) throw new Error(`URL parse error during conversion from string: ${text}`);
    return url;
  });
  const plain = (url: URL) => (url.host === 'base' ? '' : url.host);
  env.registerFunction('kubernetes.URL.getScheme(): string', (url: URL) =>
    plain(url) ? url.protocol.slice(0, -1) : '',
  );
  env.registerFunction('kubernetes.URL.getHost(): string', plain);
  env.registerFunction('kubernetes.URL.getHostname(): string', (url: URL) => (plain(url) ? url.hostname : ''));
  env.registerFunction('kubernetes.URL.getPort(): string', (url: URL) => url.port);
  env.registerFunction('kubernetes.URL.getEscapedPath(): string', (url: URL) => url.pathname);
}

/** The functions that Kubernetes adds to CEL, as far as cel-js does not have them. */
export function kubernetesEnvironment(): Environment {
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  listFunctions(env);
  stringFunctions(env);
  setFunctions(env);
  urlFunctions(env);
  addressFunctions(env);
  quantityFunctions(env);
  env.registerFunction('isIP(string): bool', (text: string) => isIP(text) !== 0);
  return env;
}
