// The demo's screen: one line an object, one indented line an endpoint. Pure text, so that a test can read it.

export type Row = {
  name: string;
  kind: string;
  phase: string;
  ready: 'True' | 'False' | 'Unknown' | '';
  /** What happens next, or who is awaited. */
  nextStep: string;
  settled: boolean;
  parts: readonly { name: string; phase: string; message: string }[];
};

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const DIM = 2;

/** `width` in columns; `colour` off for pipes. Lines never exceed the width, so that a redraw can count them. */
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
  for (const row of rows) {
    const text = line(row.name, row.phase, row.ready, row.nextStep);
    lines.push(
      row.settled ? paint(GREEN, text) : row.phase.startsWith('Stalled') ? paint(RED, text) : paint(YELLOW, text),
    );
    for (const part of row.parts) lines.push(paint(DIM, line(`  ${part.name}`, part.phase, '', part.message)));
  }
  return lines;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Redraws in place on a terminal; elsewhere prints a line only when it has changed. */
export function createScreen(out: NodeJS.WriteStream): { draw(lines: readonly string[]): void } {
  let drawn = 0;
  const seen = new Set<string>();
  return {
    draw(lines) {
      if (!out.isTTY) {
        for (const line of lines) if (!seen.has(line)) out.write(`${line}\n`);
        for (const line of lines) seen.add(line);
        return;
      }
      out.write(drawn > 0 ? `\u001b[${drawn}A\u001b[J` : '');
      out.write(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
  };
}
