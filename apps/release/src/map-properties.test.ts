import { decode } from '@jridgewell/sourcemap-codec';
import { expect, it } from 'vitest';
import { withProperties } from './map-properties.js';

const SOURCE = `import { query, service, upload } from './dsl.js';

const get = query({ summary: 'hidden' });
export const notes = service('notes', {
  ...upload({ maxBytes: 5 }),
  /** One note. */
  get,
  list: query({ summary: 'list', rest: { list: 1 } }),
});
`;

const DECLARATIONS = `export declare const notes: Service<"notes", {
    /** One note. */
    get: Query<{
        list: string;
    }>;
    list: Query<void>;
    begin: Mutation<void>;
}>;
`;

/** As TypeScript writes it: the name in the first line, the end in the last. */
const MAP = '{"version":3,"sources":["../src/notes.ts"],"names":[],"mappings":"AAGA,eAAO,MAAM,KAAK;;;;;;;EAKhB,CAAC"}';

const mapped = async () => withProperties({ declarations: DECLARATIONS, source: SOURCE, map: MAP });

it('leads from each property of a constant’s type to where it was written, and from one of a spread to that', async () => {
  const lines = decode(JSON.parse(await mapped()).mappings);
  const at = (line: number) => lines[line]?.map(([column, , sourceLine, sourceColumn]) => [column, sourceLine, sourceColumn]);
  expect(at(2)).toEqual([
    [4, 6, 2],
    [7, 6, 5],
  ]);
  expect(at(3)).toEqual([]);
  expect(at(5)).toEqual([
    [4, 7, 2],
    [8, 7, 6],
  ]);
  expect(at(6)).toEqual([
    [4, 4, 2],
    [9, 4, 28],
  ]);
});

it('leaves what the compiler has mapped, and changes nothing when it is done again', async () => {
  const map = await mapped();
  const lines = decode(JSON.parse(map).mappings);
  expect([lines[0], lines[7]]).toEqual([decode(JSON.parse(MAP).mappings)[0], decode(JSON.parse(MAP).mappings)[7]]);
  expect(await withProperties({ declarations: DECLARATIONS, source: SOURCE, map })).toBe(map);
});
