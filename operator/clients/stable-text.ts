/** Longer texts are cut: a condition message is for people, the service's novel is for its own logs. */
const LONGEST_TEXT = 400;

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * What differs between two identical failures, or must not be repeated at all. GUIDs in resource ids stay: they say
 * which input failed. A GUID goes only where a word before it says that it names one request.
 */
const NOISE: readonly [RegExp, string][] = [
  // Bearer tokens and assertions are JSON Web Tokens: three base64url parts, the first two of JSON.
  [/eyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?/g, '[token]'],
  [/(client_secret|client_assertion|password|access_token)(["'=:\s]+)[^\s"'&,]+/gi, '$1$2[redacted]'],
  [
    new RegExp(
      `[,;.(]?\\s*(?:with\\s+|the\\s+)?(?:trace|correlation|(?:client[- ]?)?request|activity|tracking|operation)[-_ ]?id:?\\s*(?:is\\s*)?['"]?${GUID}['"]?\\)?`,
      'gi',
    ),
    '',
  ],
  [/\s*Timestamp:?\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/gi, ''],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '[time]'],
  [/\d{1,2}\/\d{1,2}\/\d{4},? \d{1,2}:\d\d:\d\d(?: ?[AP]M)?(?: ?\(?UTC\)?)?/gi, '[time]'],
  [/\b(\d+) (seconds?|minutes?)\b/gi, 'some $2'],
];

/** The text as two identical failures both give it: no request ids, times, or tokens; white space folded; cut at 400 characters. */
export function stableText(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of NOISE) clean = clean.replace(pattern, replacement);
  clean = clean
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\s.;,:]+$/, '');
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT - 1)}…` : clean;
}
