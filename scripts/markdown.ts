// What the generated pages share.

/** Text within a cell of a table: one line, no bar that ends the cell, and outside of code nothing that looks like a tag. */
export const cell = (text: string): string =>
  text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/(?<!\\)\|/g, String.raw`\|`)
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('');

/** What continues a sentence elsewhere, and stands alone here. */
export const sentence = (text: string): string =>
  text === '' ? '' : cell(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

/** As code; a backtick within takes a longer fence. */
export const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

/** Followed by an empty line. A row that is too long or too short throws: a renderer would drop or shift cells. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => {
    if (cells.length !== head.length) throw new Error(`a row of ${cells.length} cells in a table of ${head.length}`);
    return `| ${cells.join(' | ')} |`.replaceAll(/ {2,}(?=\|)/g, ' ');
  };
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), ''];
}
