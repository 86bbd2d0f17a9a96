const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

// The sentences are part of the protocol: people search for them, and clients compare them.
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const atMost = (limit: number): string => `must be no more than ${limit} bytes`;

/** What is wrong with a DNS label (namespaces); [] when nothing. */
export function labelNameErrors(name: string): string[] {
  const errors = name.length > 63 ? [atMost(63)] : [];
  return LABEL.test(name) ? errors : [...errors, LABEL_TEXT];
}

/** What is wrong with a DNS subdomain (most names); [] when nothing. */
export function subdomainErrors(name: string): string[] {
  const errors = name.length > 253 ? [atMost(253)] : [];
  return SUBDOMAIN.test(name) ? errors : [...errors, SUBDOMAIN_TEXT];
}

/** What is wrong with a label or annotation key or a finalizer, `prefix/name`; [] when nothing. */
export function qualifiedNameErrors(name: string): string[] {
  const parts = name.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_TEXT} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const errors: string[] = [];
  const local = parts.at(-1) ?? '';
  if (parts.length === 2) {
    if (!parts[0]) errors.push('prefix part must be non-empty');
    else errors.push(...subdomainErrors(parts[0]).map((text) => `prefix part ${text}`));
  }
  if (!local) errors.push('name part must be non-empty');
  else if (local.length > 63) errors.push(`name part ${atMost(63)}`);
  if (!QUALIFIED.test(local)) errors.push(`name part ${QUALIFIED_TEXT}`);
  return errors;
}

/** What is wrong with a label value; [] when nothing. */
export function labelValueErrors(value: string): string[] {
  const errors = value.length > 63 ? [atMost(63)] : [];
  return value === '' || QUALIFIED.test(value) ? errors : [...errors, LABEL_VALUE_TEXT];
}

/** What is wrong with a key of a Secret or ConfigMap; [] when nothing. */
export function configKeyErrors(key: string): string[] {
  const errors = key.length > 253 ? [atMost(253)] : [];
  return CONFIG_KEY.test(key) && key !== '.' && !key.startsWith('..') ? errors : [...errors, CONFIG_KEY_TEXT];
}
