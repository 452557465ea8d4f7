/** A plot with logarithmic axes, in characters. */

export interface Series {
  readonly mark: string;
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 64;
const HEIGHT = 16;

/** Lines of text; marks of later series lie over those of earlier ones. */
export function plot(series: readonly Series[], { x, y }: { readonly x: string; readonly y: string }): readonly string[] {
  const points = series.flatMap((each) => each.points);
  const [minX, maxX] = decades(points.map(([value]) => value));
  const [minY, maxY] = decades(points.map(([, value]) => value));
  const rows = Array.from({ length: HEIGHT }, () => Array<string>(WIDTH).fill(' '));
  const place = (value: number, min: number, max: number, size: number) =>
    Math.round(((Math.log10(value) - min) / (max - min)) * (size - 1));
  for (const { mark, points: own } of series) {
    for (const [px, py] of own) {
      const row = rows[HEIGHT - 1 - place(py, minY, maxY, HEIGHT)];
      if (row) row[place(px, minX, maxX, WIDTH)] = mark;
    }
  }
  const label = (power: number) => `1e${power}`.padStart(5);
  const body = rows.map((row, at) => `${at === 0 ? label(maxY) : at === HEIGHT - 1 ? label(minY) : '     '} |${row.join('')}`);
  return [
    `      ${y}`,
    ...body,
    `      +${'-'.repeat(WIDTH)}`,
    `      ${label(minX).trim()}${label(maxX)
      .trim()
      .padStart(WIDTH - 2)}  ${x}`,
    ...series.map(({ mark, name }) => `      ${mark}  ${name}`),
  ];
}

/** The whole powers of ten around values. */
function decades(values: readonly number[]): readonly [number, number] {
  const min = Math.floor(Math.log10(Math.min(...values)));
  return [min, Math.max(min + 1, Math.ceil(Math.log10(Math.max(...values))))];
}
