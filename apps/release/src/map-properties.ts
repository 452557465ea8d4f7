/**
 * Completes the declaration maps of a built package, so that go-to-definition lands on the property that was written. Of a constant whose type
 * is inferred (`export const documents = service('documents', { get: query({ … }) })`) TypeScript maps the name and the end and nothing between,
 * and who asks for `get` is led to the end: https://github.com/microsoft/TypeScript/issues/60004.
 */

import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { type Place, typedProperties, writtenProperties } from './constant-properties.js';

/** A declaration file, the one source it was made from, and the map between them as JSON. */
export interface MappedDeclarations {
  readonly declarations: string;
  readonly source: string;
  readonly map: string;
}

interface DeclarationMap {
  readonly sources: readonly [string];
  readonly mappings: string;
  /** It is complete: reading all of it again would take a while. Names that begin so are free for tools. */
  readonly x_gateway_properties?: true;
}

/** A constant whose type has properties. */
const INFERRED = /^export declare const .*\{$/m;

/** Completes the maps in a package's `dist`. Doing it again changes nothing. */
export async function mapProperties(directory: string): Promise<void> {
  const dist = join(directory, 'dist');
  const names = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.d.ts'));
  await Promise.all(names.map((name) => mapPropertiesOf(join(dist, name))));
}

async function mapPropertiesOf(file: string): Promise<void> {
  const declarations = await readFile(file, 'utf8');
  if (!INFERRED.test(declarations)) return;
  const map = await readFile(`${file}.map`, 'utf8');
  const { sources, x_gateway_properties: isComplete } = JSON.parse(map) as DeclarationMap;
  if (isComplete) return;
  const source = await readFile(join(dirname(file), sources[0]), 'utf8');
  const completed = await withProperties({ declarations, source, map });
  // The file is whole at every moment: others may be packing the same package.
  const written = `${file}.map.${process.pid}`;
  await writeFile(written, completed);
  await rename(written, `${file}.map`);
}

/** The map with the properties of constants. Those that a type has from a `...spread` lead to it. */
export async function withProperties({ declarations, source, map }: MappedDeclarations): Promise<string> {
  const [typed, written] = await Promise.all([typedProperties(declarations), writtenProperties(source)]);
  const parsed = JSON.parse(map) as DeclarationMap;
  const lines = decode(parsed.mappings);
  for (const { constant, name, start, end } of typed) {
    const origin = written.find((each) => each.constant === constant && (each.name === name || each.name === '...'));
    if (origin === undefined) continue;
    add(lines, start, origin.start);
    add(lines, end, origin.end);
  }
  return JSON.stringify({ ...parsed, mappings: encode(lines), x_gateway_properties: true });
}

/** Segments of a line are in the order of their columns: https://tc39.es/ecma426/. */
function add(lines: SourceMapSegment[][], { line, column }: Place, origin: Place): void {
  while (lines.length <= line) lines.push([]);
  const segments = lines[line] ?? [];
  if (segments.some(([known]) => known === column)) return;
  segments.push([column, 0, origin.line, origin.column]);
  segments.sort(([left], [right]) => left - right);
}
