import { isIP, isIPv4, isIPv6 } from 'node:net';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const version = isIP(address);
  return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

function isUri(text: string): boolean {
  return URL.canParse(text);
}

/** String formats that the API server checks; any other format name is a comment. */
const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  duration: matches(/^[+-]?(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w)?((\d+(\.\d*)?)(ns|us|µs|ms|s|m|h|d|w))*$/),
  uuid: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid3: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid4: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  uuid5: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  uri: isUri,
  email: matches(/^[^\s@<>]+@[^\s@<>]+$/),
  hostname: matches(
    /^[a-z0-9\p{L}]([-a-z0-9\p{L}]{0,61}[a-z0-9\p{L}])?(\.[a-z0-9\p{L}]([-a-z0-9\p{L}]{0,61}[a-z0-9\p{L}])?)*\.?$/iu,
  ),
  mac: matches(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i),
  byte: matches(/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  'k8s-short-name': (text) => text.length <= 63 && LABEL.test(text),
  'k8s-long-name': (text) => text.length <= 253 && text.split('.').every((part) => LABEL.test(part)),
};

/** Whether `text` has the format; true for formats that are not checked. */
export function hasFormat(format: string, text: string): boolean {
  return FORMATS[format]?.(text) ?? true;
}

const patterns = new Map<string, RegExp>();

/** A pattern of the API server (RE2) as a RegExp, compiled once. Throws SyntaxError on what no engine reads. */
export function compilePattern(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled) return compiled;
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const source = (flags ? pattern.slice(flags[0].length) : pattern).replaceAll('\\A', '^').replaceAll('\\z', '$');
  try {
    compiled = new RegExp(source, `u${flags?.[1] ?? ''}`);
  } catch {
    // Escapes such as `\-` are errors in unicode mode and harmless without it.
    compiled = new RegExp(source, flags?.[1] ?? '');
  }
  patterns.set(pattern, compiled);
  return compiled;
}
