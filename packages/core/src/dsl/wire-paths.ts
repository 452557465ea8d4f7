/**
 * Where a schema has values that JSON has no form for, so that a procedure's answers need not be searched for what is never there. Found
 * once per schema, by zod's own definitions. https://zod.dev/packages/core
 */

import type { WireKind, WirePath } from '../protocol/wire-value.js';
import { type SchemaSource, schemaOf } from './schema.js';

/** The places; `each` when they differ from answer to answer (a choice, a recursive schema). */
export type WirePaths = readonly WirePath[] | 'each';

/** What of zod's definitions is read. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Node>>;
  readonly element?: Node;
  readonly items?: readonly Node[];
  readonly rest?: Node | null;
  readonly valueType?: Node;
  readonly innerType?: Node;
  readonly options?: readonly Node[];
  readonly left?: Node;
  readonly right?: Node;
  readonly getter?: () => Node;
  readonly out?: Node;
}

interface Node {
  readonly _zod: { readonly def: Definition; readonly bag?: { readonly Class?: unknown } };
}

const known = new WeakMap<object, WirePaths>();

/** The places in what a schema returns; none for no schema. */
export function wirePaths(source: SchemaSource | undefined): WirePaths {
  if (source === undefined) return [];
  const schema = schemaOf(source);
  const found = known.get(schema) ?? search(schema as unknown as Node);
  known.set(schema, found);
  return found;
}

function search(root: Node): WirePaths {
  const paths: WirePath[] = [];
  const above = new Set<Node>();
  let isEach = false;
  const visit = (node: Node | null | undefined, keys: readonly (string | number | null)[], isChoice: boolean): void => {
    if (!node) return;
    const { def } = node._zod;
    const kind = kindOf(node);
    if (kind) {
      paths.push([kind, ...keys]);
      isEach ||= isChoice;
      return;
    }
    if (above.has(node)) {
      isEach = true;
      return;
    }
    above.add(node);
    for (const [key, child] of Object.entries(def.shape ?? {})) visit(child, [...keys, key], isChoice);
    for (const child of [def.element, def.valueType, def.rest]) visit(child, [...keys, null], isChoice || !!def.rest);
    def.items?.forEach((child, index) => {
      visit(child, [...keys, index], isChoice);
    });
    for (const child of [def.innerType, def.out, def.getter?.()]) visit(child, keys, isChoice);
    for (const child of def.options ?? []) visit(child, keys, true);
    for (const child of [def.left, def.right]) visit(child, keys, true);
    above.delete(node);
  };
  visit(root, [], false);
  if (paths.length === 0) return [];
  return isEach ? 'each' : paths;
}

function kindOf({ _zod: { def, bag } }: Node): WireKind | undefined {
  if (def.type === 'date') return 'd';
  if (def.type === 'bigint') return 'n';
  return def.type === 'custom' && bag?.Class === Uint8Array ? 'b' : undefined;
}
