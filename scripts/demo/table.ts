// The demo's screen: one line an object, one indented line an endpoint. Pure text, so that a test can read it.
import { stripVTControlCharacters } from 'node:util';

export type Row = {
  name: string;
  kind: string;
  phase: string;
  ready: 'True' | 'False' | 'Unknown' | '';
  /** What happens next, or who is awaited. */
  nextStep: string;
  settled: boolean;
  /** Nothing goes on without a person: what to do is worth more than one line. */
  awaitsPerson: boolean;
  parts: readonly { name: string; phase: string; message: string }[];
};

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const DIM = 2;
/** A sentence in fewer columns than these is hard to read, and takes many lines. */
const READABLE = 70;

/** `width` in columns; `colour` off for pipes. Sentences are cut at the width, but not those that a person must read. */
export function drawTable(rows: readonly Row[], width: number, colour: boolean): string[] {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const names = rows.flatMap((row) => [row.name, ...row.parts.map((part) => `  ${part.name}`)]);
  const phases = rows.flatMap((row) => [row.phase, ...row.parts.map((part) => part.phase)]);
  const nameWidth = widest(['OBJECT', ...names]);
  const phaseWidth = widest(['PHASE', ...phases]);
  const rest = Math.max(20, width - nameWidth - phaseWidth - 7 - 6);
  const line = (name: string, phase: string, ready: string, text: string) =>
    `${name.padEnd(nameWidth)}  ${phase.padEnd(phaseWidth)}  ${ready.padEnd(7)}  ${clip(text, rest)}`;
  const lines = [paint(DIM, line('OBJECT', 'PHASE', 'READY', 'WHAT IS AWAITED'))];
  const said = new Map<string, string>();
  for (const each of rows) {
    const row = briefer(each, said);
    const colourCode = row.settled ? GREEN : row.awaitsPerson ? RED : YELLOW;
    if (row.awaitsPerson && rest < READABLE) {
      lines.push(paint(colourCode, line(row.name, row.phase, row.ready, '')));
      for (const more of wrap(row.nextStep, width - 4)) lines.push(paint(colourCode, `    ${more}`));
    } else {
      const [first = '', ...others] = row.awaitsPerson ? wrap(row.nextStep, rest) : [row.nextStep];
      lines.push(paint(colourCode, line(row.name, row.phase, row.ready, first)));
      for (const more of others) lines.push(paint(colourCode, line('', '', '', more)));
    }
    for (const part of row.parts) lines.push(paint(DIM, line(`  ${part.name}`, part.phase, '', part.message)));
  }
  return lines;
}

/** One person's deed is awaited by many: the sentence stands once. */
function briefer(row: Row, said: Map<string, string>): Row {
  const first = row.awaitsPerson ? said.get(row.nextStep) : undefined;
  if (first !== undefined) return { ...row, nextStep: `The same as for ${first}.` };
  said.set(row.nextStep, row.name);
  return row;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** At blanks; a word that is longer than the width stands alone and is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'write'>;

/**
 * Redraws in place on a terminal, when something changed (so that text can be selected meanwhile); elsewhere prints an
 * object, with the lines that belong to it, only when it has changed. Lines may be longer than the terminal is wide: it wraps them, and they are counted so.
 */
export function createScreen(out: Terminal): { draw(lines: readonly string[]): void } {
  let drawn: readonly string[] = [];
  const seen = new Set<string>();
  return {
    draw(lines) {
      if (!out.isTTY) {
        const blocks = blocksOf(lines);
        for (const block of blocks) if (!seen.has(block)) out.write(`${block}\n`);
        for (const block of blocks) seen.add(block);
        return;
      }
      const shown = croppedTo(out, lines);
      if (shown.join('\n') === drawn.join('\n')) return;
      // Counted with the width of now: a terminal that became narrower has wrapped what stood there.
      const up = heightOf(drawn, out.columns);
      out.write(`${up > 0 ? `\u001b[${up}A` : ''}\r\u001b[J${shown.join('\n')}\n`);
      drawn = shown;
    },
  };
}

/** A line with the indented ones below it: they mean nothing without it. */
function blocksOf(lines: readonly string[]): readonly string[] {
  const blocks: string[] = [];
  for (const line of lines) {
    if (line.startsWith(' ') && blocks.length > 0) blocks.push(`${blocks.pop()}\n${line}`);
    else blocks.push(line);
  }
  return blocks;
}

/** Rows of a terminal of this width. */
function heightOf(lines: readonly string[], columns: number): number {
  return lines.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
    0,
  );
}

/** What scrolled out of the terminal cannot be drawn over: the last lines give way, and it is said. */
function croppedTo({ columns, rows }: Terminal, lines: readonly string[]): readonly string[] {
  if (heightOf(lines, columns) < rows) return lines;
  let kept = lines.length;
  while (kept > 1 && heightOf(lines.slice(0, kept), columns) > rows - 2) kept -= 1;
  return [...lines.slice(0, kept), `… ${lines.length - kept} more lines: make the terminal higher`];
}
