/** Controls, and what turns the direction of writing: names are chosen by strangers, and a terminal obeys what it is shown. */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export const clean = (text: string): string => text.replace(unprintable, '\ufffd');

export type Column<T> = readonly [title: string, of: (item: T) => string];

/** Columns as wide as they need to be, none cut off. */
export function table<T>(columns: readonly Column<T>[], items: readonly T[]): string {
  const rows = [columns.map(([title]) => title.toUpperCase()), ...items.map((item) => columns.map(([, of]) => clean(of(item))))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd()}\n`).join('');
}

/** One thing, member by member; what it has not is left out. */
export function fields(members: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== undefined);
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${clean(value)}\n`).join('');
}

export const listed = (items: readonly string[] | null | undefined, otherwise: string): string => (items === null || items === undefined ? otherwise : items.join(', '));
