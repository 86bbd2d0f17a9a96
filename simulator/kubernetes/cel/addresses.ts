import { BlockList, isIP } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';

class Address {
  readonly text: string;

  constructor(text: string) {
    if (isIP(text) === 0) throw new Error(`IP Address "${text}" parse error during conversion from string`);
    this.text = text;
  }

  get family(): 'ipv4' | 'ipv6' {
    return isIP(this.text) === 4 ? 'ipv4' : 'ipv6';
  }
}

class Range {
  readonly address: Address;
  readonly bits: number;

  constructor(text: string) {
    const [address = '', bits = ''] = text.split('/');
    this.address = new Address(address);
    this.bits = Number(bits);
    const limit = this.address.family === 'ipv4' ? 32 : 128;
    if (!/^\d+$/.test(bits) || this.bits > limit) throw new Error(`network address parse error: ${text}`);
  }

  contains(address: Address): boolean {
    if (address.family !== this.address.family) return false;
    const list = new BlockList();
    list.addSubnet(this.address.text, this.bits, this.address.family);
    return list.check(address.text, address.family);
  }
}

function reads(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    // The question is whether it parses; the answer is no.
    return false;
  }
}

const LOOPBACK = { ipv4: new Range('127.0.0.0/8'), ipv6: new Range('::1/128') };

/** The `ip` and `cidr` functions of Kubernetes CEL. */
export function addressFunctions(env: Environment): void {
  env.registerType('net.IP', Address);
  env.registerType('net.CIDR', Range);
  env.registerFunction('ip(string): net.IP', (text: string) => new Address(text));
  env.registerFunction('net.IP.family(): int', ({ family }: Address) => (family === 'ipv4' ? 4n : 6n));
  env.registerFunction('net.IP.isLoopback(): bool', (address: Address) => LOOPBACK[address.family].contains(address));
  env.registerFunction('string(net.IP): string', ({ text }: Address) => text);
  env.registerFunction('isCIDR(string): bool', (text: string) => reads(() => new Range(text)));
  env.registerFunction('cidr(string): net.CIDR', (text: string) => new Range(text));
  env.registerFunction('net.CIDR.ip(): net.IP', ({ address }: Range) => address);
  env.registerFunction('net.CIDR.prefixLength(): int', ({ bits }: Range) => BigInt(bits));
  env.registerFunction('net.CIDR.containsIP(net.IP): bool', (range: Range, address: Address) =>
    range.contains(address),
  );
  env.registerFunction('net.CIDR.containsIP(string): bool', (range: Range, text: string) =>
    range.contains(new Address(text)),
  );
  env.registerFunction(
    'net.CIDR.containsCIDR(net.CIDR): bool',
    (range: Range, inner: Range) => inner.bits >= range.bits && range.contains(inner.address),
  );
}
