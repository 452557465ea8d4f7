/**
 * Whether a schema takes what it returns. The server answers with what the output's schema returned, so that only then the same schema can
 * check it again on the other side. A transform into whatever it likes makes it unrepeatable; what turns a text into the same kind of text
 * (`trim`), a default, or a codec, which reads what it writes as JSON, does not.
 */

/** The part of zod's definitions that is looked at. https://zod.dev/packages/core */
interface Definition {
  readonly type: string;
}

const known = new WeakMap<object, boolean>();

/** Looked at once for each schema. */
export function isRepeatable(schema: object): boolean {
  const answer = known.get(schema) ?? !hasTransform(schema, new Set());
  known.set(schema, answer);
  return answer;
}

function hasTransform(part: unknown, seen: Set<unknown>): boolean {
  if (typeof part !== 'object' || part === null || seen.has(part)) return false;
  seen.add(part);
  const definition = (part as { readonly _zod?: { readonly def: Definition } })._zod?.def;
  if (!definition) return Object.values(part).some((each) => hasTransform(each, seen));
  if (definition.type === 'transform') return true;
  // A codec: what it reads on this side is what it wrote on the other.
  if ('reverseTransform' in definition) return false;
  if ('getter' in definition) return hasTransform((definition.getter as () => unknown)(), seen);
  return Object.values(definition).some((each) => hasTransform(each, seen));
}
