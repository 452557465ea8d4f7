/**
 * Items in DynamoDB's form, as its streams carry them: DynamoDB developer guide, "Low-level API", "Data type descriptors".
 */

type Attributes = Readonly<Record<string, object>>;

/** The attributes of an item; undefined ones are left out. */
export function attributesOf(item: Readonly<Record<string, unknown>>): Attributes {
  const known = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: unknown): object {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return { M: attributesOf(value as Readonly<Record<string, unknown>>) };
    default:
      throw new Error(`DynamoDB has no type for ${typeof value}`);
  }
}
