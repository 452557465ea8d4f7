/**
 * The syntax tree of the Velocity subset: what `parse-template.ts` makes and `render.ts` walks.
 * It covers text, references, `#set`, `#if/#elseif/#else`, `#foreach` and the expressions inside them. Macros, includes, `#define`,
 * `#evaluate`, `#break` and ranges are not in it: the parser refuses them by name.
 * @see https://velocity.apache.org/engine/1.7/user-guide.html
 */

/** A parsed template. */
export type Template = readonly TemplateNode[];

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly source: string; readonly quiet: boolean; readonly reference: Reference }
  | { readonly kind: 'set'; readonly target: Reference; readonly value: Expression }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: Template }
  | { readonly kind: 'foreach'; readonly variable: string; readonly list: Expression; readonly body: Template };

/** One `#if` or `#elseif` with what it guards. */
export interface Branch {
  readonly condition: Expression;
  readonly body: Template;
}

/** `$name.field.method(arguments)[index]`. */
export interface Reference {
  readonly name: string;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'index'; readonly index: Expression };

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'interpolated'; readonly template: Template }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression };

export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||' | '+' | '-' | '*' | '/' | '%';
