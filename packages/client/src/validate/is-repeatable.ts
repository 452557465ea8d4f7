/**
 * Whether a schema takes what it returns. The client gets what the output's schema returned, values of `wire` among it (P2.16), so that only
 * then the same schema can check it again on the other side. A transform or a codec into something else makes it unrepeatable; what turns
 * a text into the same kind of text (`trim`), or a default, does not.
 */

import { isWireEnd } from '@org/gateway-core';
import { type DefinedSchema, schemasWithin } from '../schemas-within.js';

const known = new WeakMap<object, boolean>();

/** Looked at once for each schema. */
export function isRepeatable(schema: object): boolean {
  const answer = known.get(schema) ?? !hasTransform(schema);
  known.set(schema, answer);
  return answer;
}

function hasTransform(schema: object): boolean {
  const isWire = ({ _zod }: DefinedSchema) => isWireEnd(_zod.def.out);
  for (const { _zod } of schemasWithin(schema, isWire)) if (_zod.def.type === 'transform' || _zod.def.reverseTransform) return true;
  return false;
}
