/**
 * Data made from a schema, the same for the same seed: by zod-schema-faker, which the project that wants it installs with `@faker-js/faker`.
 * Loaded when it is first needed. It has one generator for all, which is set up before each use.
 */

import type { Faker } from '@faker-js/faker';
import { isWireEnd, type RunnableSchema } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { type DefinedSchema, schemasWithin } from '../schemas-within.js';

type Maker = (schema: RunnableSchema, seed: number) => unknown;

let loading: Promise<Maker> | undefined;

/**
 * A value that fits a schema.
 *
 * @throws GatewayError NOT_IMPLEMENTED when there is nothing to make it with
 */
export async function sampleOf(schema: RunnableSchema, path: string, seed: number): Promise<unknown> {
  loading ??= load();
  try {
    return (await loading)(schema, seed);
  } catch (cause) {
    const what = `[NOT_IMPLEMENTED] the mock has no handler for ${path}, and no sample can be made from its schema`;
    throw new GatewayError('NOT_IMPLEMENTED', `${what} (${String(cause)}): give it one, or install zod-schema-faker and @faker-js/faker`, {
      path,
      cause,
    });
  }
}

/** Dates are around this one, whenever the test runs. */
const REFERENCE = '2026-01-01T00:00:00.000Z';

async function load(): Promise<Maker> {
  const [{ custom, fake, seed: setSeed, setFaker }, { faker }] = await Promise.all([
    import('zod-schema-faker/v4'),
    import('@faker-js/faker/locale/en'),
  ]);
  // Its own, so that a test that uses faker's keeps its sequence.
  const OwnFaker = faker.constructor as new (options: { readonly locale: unknown }) => Faker;
  const own = new OwnFaker({ locale: faker.rawDefinitions });
  own.setDefaultRefDate(REFERENCE);
  return (schema, seed) => {
    setFaker(own);
    setSeed(seed);
    return withWireValues(schema, own, custom as Custom, () => fake(schema as unknown as Parameters<typeof fake>[0]));
  };
}

/** Says how a schema of one's own kind is made. */
type Custom = (schema: object, make: () => unknown) => void;

/**
 * Makes a sample with values of `wire` in it. They are pipes, which zod-schema-faker makes from their beginning alone, so while it is at work,
 * which is synchronous, they are a kind of their own to it.
 */
function withWireValues(schema: object, faker: Faker, custom: Custom, make: () => unknown): unknown {
  const isWire = ({ _zod }: DefinedSchema) => isWireEnd(_zod.def.out);
  const definitions = [...schemasWithin(schema, isWire)].filter(isWire).map((part) => {
    const { def } = part._zod;
    custom(part, () => wireValue((def.out as DefinedSchema)._zod.def.type, faker));
    return def as { type: string };
  });
  try {
    for (const definition of definitions) definition.type = 'custom';
    return make();
  } finally {
    for (const definition of definitions) definition.type = 'pipe';
  }
}

function wireValue(type: string, { date, number }: Faker): unknown {
  if (type === 'date') return date.recent({ days: 30 });
  if (type === 'bigint') return number.bigInt({ min: 0n, max: 10n ** 12n });
  return Uint8Array.from({ length: 12 }, () => number.int({ max: 255 }));
}

/** A number for a text, the same everywhere: FNV-1a. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
