import Table from 'cli-table3';

/** Of a table or a list: text, or what has an obvious one. An empty cell has nothing to tell. */
export type Cell = string | number | boolean | Date | null | undefined;

const GAP = 2;
const NO_LINES = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid']
    .concat(['mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((place) => [place, '']),
);

/** Columns under their headings. A column in which no row has anything is left out. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(textOf));
  const isShown = headings.map((_, column) => texts.some((row) => (row[column] ?? '') !== ''));
  const shown = (row: readonly string[]) => row.filter((_, column) => isShown[column]);
  return aligned([shown(headings), ...texts.map(shown)]);
}

/** Names on the left, what they stand for on the right. */
export function fields(values: Readonly<Record<string, Cell>>): string {
  return aligned(Object.entries(values).map(([name, value]) => [name, textOf(value) || '-']));
}

function aligned(rows: readonly (readonly string[])[]): string {
  const lines = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
  });
  lines.push(...rows.map((row) => [...row]));
  return lines.toString().replace(/ +$/gm, '');
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  return cell instanceof Date ? toSecond(cell) : printable(String(cell));
}

/** `2026-01-15 12:00:00Z` */
export function toSecond(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** What partners and users have written must not move the cursor, nor turn the line around. Joiners only shape letters. */
export function printable(text: string): string {
  return text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}
