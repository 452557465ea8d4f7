/**
 * Texts of a policy that may hold policy variables: `${aws:PrincipalAccount}`, with a default as in `${aws:PrincipalTag/team, 'none'}`,
 * and `${*}`, `${?}`, `${$}` for the characters themselves. A variable whose key is missing or has several values fits nothing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 *
 * Only policies of version 2012-10-17 have variables; in older ones they are plain text.
 */
import { compileGlob, type Glob, literalGlob } from './glob.js';

/** The values of a condition key, by its name in lower case; `undefined` when the request has no such key. */
export type Lookup = (key: string) => readonly string[] | undefined;

/** A text of a policy, ready to be filled in. */
export interface PolicyText {
  readonly source: string;
  /** Condition keys that its variables name, in lower case. */
  readonly keys: readonly string[];
  /** With its variables replaced; `undefined` when one has no value. */
  text(lookup: Lookup): string | undefined;
  /** The same with `*` and `?` as wildcards, those of variables' values excepted. */
  glob(lookup: Lookup): Glob | undefined;
}

type Piece =
  | { readonly kind: 'plain'; readonly text: string; readonly glob: Glob }
  | { readonly kind: 'literal'; readonly text: string; readonly glob: Glob }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

/** Compiles a text. @param hasVariables false for policies before version 2012-10-17 */
export function compileText(source: string, hasVariables: boolean): PolicyText {
  const pieces = hasVariables ? readPieces(source) : [plain(source)];
  const keys = pieces.flatMap((piece) => (piece.kind === 'variable' ? [piece.key] : []));
  const text = (lookup: Lookup): string | undefined => join(pieces.map((piece) => textOf(piece, lookup)));
  const glob = (lookup: Lookup): Glob | undefined => concat(pieces.map((piece) => globOf(piece, lookup)));
  if (keys.length > 0) return { source, keys, text, glob };
  const fixed = { text: text(() => undefined), glob: glob(() => undefined) };
  return { source, keys, text: () => fixed.text, glob: () => fixed.glob };
}

const VARIABLE = /\$\{([^}]*)\}/g;

function readPieces(source: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of source.matchAll(VARIABLE)) {
    pieces.push(plain(source.slice(end, match.index)), readVariable(match[1]!.trim()));
    end = match.index + match[0].length;
  }
  return [...pieces, plain(source.slice(end))].filter((piece) => piece.kind !== 'plain' || piece.text !== '');
}

function plain(text: string): Piece {
  return { kind: 'plain', text, glob: compileGlob(text) };
}

function readVariable(name: string): Piece {
  if (name === '*' || name === '?' || name === '$') return { kind: 'literal', text: name, glob: literalGlob(name) };
  const [, key = name, fallback] = /^([^,]+?)\s*,\s*'(.*)'$/.exec(name) ?? [];
  return { kind: 'variable', key: key.toLowerCase(), fallback };
}

function variableValue(piece: Extract<Piece, { kind: 'variable' }>, lookup: Lookup): string | undefined {
  const values = lookup(piece.key);
  return values?.length === 1 ? values[0] : piece.fallback;
}

function textOf(piece: Piece, lookup: Lookup): string | undefined {
  return piece.kind === 'variable' ? variableValue(piece, lookup) : piece.text;
}

function globOf(piece: Piece, lookup: Lookup): Glob | undefined {
  if (piece.kind !== 'variable') return piece.glob;
  const value = variableValue(piece, lookup);
  return value === undefined ? undefined : literalGlob(value);
}

function join(texts: readonly (string | undefined)[]): string | undefined {
  return texts.includes(undefined) ? undefined : texts.join('');
}

function concat(globs: readonly (Glob | undefined)[]): Glob | undefined {
  return globs.includes(undefined) ? undefined : (globs as Glob[]).flat();
}
