/**
 * Data made from a schema, the same for the same seed: by zod-schema-faker, which the project that wants it installs with `@faker-js/faker`.
 * Loaded when it is first needed. It has one generator for all, which is set up before each use.
 */

import type { RunnableSchema } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';

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
    throw new GatewayError('NOT_IMPLEMENTED', `${what}: give it one, or install zod-schema-faker and @faker-js/faker`, { path, cause });
  }
}

/** Dates are around this one, whenever the test runs. */
const REFERENCE = '2026-01-01T00:00:00.000Z';

async function load(): Promise<Maker> {
  const [{ fake, seed: setSeed, setFaker }, { faker }] = await Promise.all([
    import('zod-schema-faker/v4'),
    import('@faker-js/faker/locale/en'),
  ]);
  // Its own, so that a test that uses faker's keeps its sequence.
  const Faker = faker.constructor as new (options: { readonly locale: unknown }) => typeof faker;
  const own = new Faker({ locale: faker.rawDefinitions });
  own.setDefaultRefDate(REFERENCE);
  return (schema, seed) => {
    setFaker(own);
    setSeed(seed);
    return fake(schema as unknown as Parameters<typeof fake>[0]);
  };
}

/** A number for a text, the same everywhere: FNV-1a. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
