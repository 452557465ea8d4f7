/**
 * The schemas that a schema is made of, itself among them, by zod's own definitions.
 * https://zod.dev/packages/core
 */

/** A zod schema, as far as its definition is read. */
export interface DefinedSchema {
  readonly _zod: {
    readonly def: { readonly type: string; readonly out?: unknown; readonly reverseTransform?: unknown };
    readonly bag?: { readonly Class?: unknown };
  };
}

/** Each once; `isWhole` are not looked into. */
export function* schemasWithin(
  part: unknown,
  isWhole: (schema: DefinedSchema) => boolean = () => false,
  seen: Set<unknown> = new Set(),
): Generator<DefinedSchema> {
  if (typeof part !== 'object' || part === null || seen.has(part)) return;
  seen.add(part);
  const definition = (part as Partial<DefinedSchema>)._zod?.def;
  if (!definition) {
    for (const each of Object.values(part)) yield* schemasWithin(each, isWhole, seen);
    return;
  }
  yield part as DefinedSchema;
  if (isWhole(part as DefinedSchema)) return;
  if ('getter' in definition) yield* schemasWithin((definition.getter as () => unknown)(), isWhole, seen);
  for (const each of Object.values(definition)) yield* schemasWithin(each, isWhole, seen);
}
