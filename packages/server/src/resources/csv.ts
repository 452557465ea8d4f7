/**
 * CSV as SageMaker's built-in algorithms and RFC 4180 have it: rows of cells with commas between them, no header line. A cell that is
 * written without quotes and reads as a number is one.
 */

export type CsvRow = readonly (string | number)[];

/** Rows as text, each with its line end. Texts that would read as something else are quoted. */
export function writeCsv(rows: readonly CsvRow[]): string {
  return rows.map((row) => `${row.map(writeCell).join(',')}\n`).join('');
}

/**
 * The rows of a text; empty lines are none.
 *
 * @throws Error for a quote that is not closed, or that does not end its cell.
 */
export function readCsv(text: string): readonly CsvRow[] {
  const rows: (string | number)[][] = [];
  let row: (string | number)[] = [];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (cells.lastIndex < text.length) {
    const start = cells.lastIndex;
    const [, quoted, plain = '', end] = cells.exec(text) ?? malformed(start);
    const ends = end !== ',';
    if (!(ends && row.length === 0 && quoted === undefined && plain === '')) row.push(quoted?.replaceAll('""', '"') ?? readCell(plain));
    if (ends && row.length > 0) rows.push(row);
    if (ends) row = [];
  }
  // A comma at the end of the text has an empty cell behind it.
  if (row.length > 0) rows.push([...row, '']);
  return rows;
}

function malformed(at: number): never {
  throw new Error(`not CSV: a quote out of place behind character ${at}`);
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function readCell(text: string): string | number {
  return NUMBER.test(text) ? Number(text) : text;
}

function writeCell(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  return cell === '' || /[",\r\n]/.test(cell) || NUMBER.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
