import type { Environment } from '@marcbachmann/cel-js';

const SUFFIXES: Record<string, number> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

class Quantity {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

function parse(text: string): Quantity | undefined {
  const match = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d+)|(\D*))$/.exec(text);
  if (!match) return undefined;
  const [, number = '', exponent = '', suffix = ''] = match;
  const factor = SUFFIXES[suffix];
  return factor === undefined ? undefined : new Quantity(Number(number + exponent) * factor);
}

/** The `quantity` functions of Kubernetes CEL, in double precision. */
export function quantityFunctions(env: Environment): void {
  env.registerType('kubernetes.Quantity', Quantity);
  env.registerFunction('isQuantity(string): bool', (text: string) => parse(text) !== undefined);
  env.registerFunction('quantity(string): kubernetes.Quantity', (text: string) => {
    const quantity = parse(text);
    if (!quantity) throw new Error(`quantity parse error during conversion from string: ${text}`);
    return quantity;
  });
  const compare = (a: Quantity, b: Quantity) => Math.sign(a.value - b.value);
  const method = (name: string, answer: (a: Quantity, b: Quantity) => unknown, returns: string) =>
    env.registerFunction(`kubernetes.Quantity.${name}(kubernetes.Quantity): ${returns}`, answer);
  method('isGreaterThan', (a, b) => compare(a, b) > 0, 'bool');
  method('isLessThan', (a, b) => compare(a, b) < 0, 'bool');
  method('compareTo', (a, b) => BigInt(compare(a, b)), 'int');
  method('add', (a, b) => new Quantity(a.value + b.value), 'kubernetes.Quantity');
  method('sub', (a, b) => new Quantity(a.value - b.value), 'kubernetes.Quantity');
  env.registerFunction('kubernetes.Quantity.sign(): int', ({ value }: Quantity) => BigInt(Math.sign(value)));
  env.registerFunction('kubernetes.Quantity.isInteger(): bool', ({ value }: Quantity) => Number.isInteger(value));
  env.registerFunction('kubernetes.Quantity.asInteger(): int', ({ value }: Quantity) => BigInt(value));
}
