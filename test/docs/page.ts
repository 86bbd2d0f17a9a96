/** A page of documentation as steps that can be run: its manifests, its commands, and what happens meanwhile. */
export type Step =
  | { kind: 'file'; line: number; name: string; text: string }
  | { kind: 'meanwhile'; line: number; what: string }
  | Command;

export type Command = {
  kind: 'command';
  line: number;
  /** The heading that the reader is under. */
  under: string;
  script: string;
  /** The page says that this is refused. */
  fails: boolean;
  /** Lines that the reader is told to expect, in their order; `<…>` stands for what varies. */
  expected: readonly string[];
};

const FENCE = /^```(.*)$/;
const HEADING = /^#+ (.+)$/;
const MEANWHILE = /^<!-- meanwhile: (.+) -->$/;
/** A manifest says in its first line under which name the commands find it. */
const FILE_NAME = /^# ([a-z0-9-]+\.yaml)\b/;

/**
 * Throws on what it could not run: a page must not hold a block that nobody checks, and one without any command is no
 * page that takes a reader anywhere.
 */
export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  const lines = page.split('\n');
  let under = '';
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index]!;
    const line = index + 1;
    under = HEADING.exec(text)?.[1] ?? under;
    const what = MEANWHILE.exec(text)?.[1];
    if (what !== undefined) steps.push({ kind: 'meanwhile', line, what });
    const info = FENCE.exec(text)?.[1]?.trim();
    if (info === undefined) continue;
    const end = lines.findIndex((other, at) => at > index && other.trimEnd() === '```');
    if (end < 0) throw new Error(`line ${line}: the block has no end`);
    add(steps, { line, under, info, body: lines.slice(index + 1, end) });
    index = end;
  }
  if (!steps.some(({ kind }) => kind === 'command')) throw new Error('the page holds no command that could be run');
  return steps;
}

type Block = { line: number; under: string; info: string; body: readonly string[] };

function add(steps: Step[], { line, under, info, body }: Block): void {
  const text = `${body.join('\n')}\n`;
  const last = steps.at(-1);
  switch (info) {
    case 'sh':
    case 'sh fails':
      steps.push({ kind: 'command', line, under, script: text, fails: info !== 'sh', expected: [] });
      return;
    case 'text':
      if (last?.kind !== 'command' || last.expected.length > 0) {
        throw new Error(`line ${line}: expected output without a command in front of it`);
      }
      steps[steps.length - 1] = { ...last, expected: body.filter((one) => one.trim() !== '') };
      return;
    case 'yaml': {
      const name = FILE_NAME.exec(body[0] ?? '')?.[1];
      if (name === undefined) throw new Error(`line ${line}: a manifest begins with its file name, "# name.yaml"`);
      steps.push({ kind: 'file', line, name, text });
      return;
    }
    default:
      throw new Error(`line ${line}: nothing runs a block of "${info}"; use sh, "sh fails", text or yaml`);
  }
}

/** The first expected line that the output does not hold after those before it; undefined when all are there. */
export function missingFrom(output: string, expected: readonly string[]): string | undefined {
  const lines = output.split('\n').map(squeezed);
  let from = 0;
  return expected.find((wanted) => {
    const pattern = patternOf(wanted);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    from = at + 1;
    return at < 0;
  });
}

const squeezed = (line: string): string => line.trim().replaceAll(/\s+/g, ' ');

/** The whole line, so that what varies must be marked as such; columns may be as wide as they like. */
function patternOf(line: string): RegExp {
  const parts = squeezed(line)
    .split(/<[^<>]*>/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*?')}$`);
}

export type Right = { where: string; actions: readonly string[] };

/** `| tenant | where | right | for |`, where the right names operations of Azure. */
const RIGHT = /^\| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/;
const ACTION = /`((?:Microsoft\.|\*\/)[\w./*]+)`/g;

/** The operations of Azure that the page's table asks for, by place. */
export const rightsOf = (page: string): readonly Right[] =>
  page.split('\n').flatMap((line) => {
    const [, where = '', right = ''] = RIGHT.exec(line) ?? [];
    const actions = [...right.matchAll(ACTION)].map(([, action]) => action!);
    return actions.length > 0 ? [{ where, actions }] : [];
  });
