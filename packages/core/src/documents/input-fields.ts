/**
 * The fields of a route's input, through whatever wraps the object: optional, default, a transform behind it. Reads zod 4's definitions
 * (`zod/v4/core`), which zod and zod/mini share.
 */

import type * as z from 'zod';
import { type SchemaSource, schemaOf } from '../dsl/schema.js';

/** What this looks at in a definition. */
interface Definition {
  readonly innerType?: Node;
  readonly in?: Node;
  readonly getter?: () => Node;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  /** What a strict or loose object lets other keys be. */
  readonly catchall?: z.ZodType;
}

interface Node {
  readonly _zod: { readonly def: Definition };
}

/** The fields of an input object. */
export interface InputFields {
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly catchall: z.ZodType | undefined;
}

/** The fields of an input, `undefined` when there is no object to have them. */
export function inputFields(input: SchemaSource): InputFields | undefined {
  const { shape, catchall } = unwrapped(schemaOf(input) as unknown as Node)._zod.def;
  return shape && { shape, catchall };
}

function unwrapped(node: Node): Node {
  const { innerType, in: input, getter } = node._zod.def;
  const inner = innerType ?? input ?? getter?.();
  return inner ? unwrapped(inner) : node;
}
