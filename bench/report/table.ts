/** A figure of one run; the last column says what it is held against. */
export type Figure = { name: string; value: number; unit: string; against?: string };

/** One row for each name: the median of all runs, and the span when there were several. */
export function tableOf(runs: readonly (readonly Figure[])[]): string[] {
  const names = [...new Set(runs.flat().map(({ name }) => name))];
  const rows = names.map((name) => {
    const figures = runs.flatMap((run) => run.filter((figure) => figure.name === name));
    const values = figures.map(({ value }) => value).toSorted((one, other) => one - other);
    const middle = values[Math.floor(values.length / 2)]!;
    const span = values.length > 1 ? ` (${shown(values[0]!)}–${shown(values.at(-1)!)})` : '';
    const { unit, against = '' } = figures[0]!;
    return [name, `${shown(middle)} ${unit}${span}`, against];
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([name, value, against]) =>
    `${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${against}`.trimEnd(),
  );
}

const shown = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 1 ? 3 : 1);
