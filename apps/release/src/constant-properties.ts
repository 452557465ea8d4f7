/**
 * Where the properties of exported constants are: in a source, those of the object literal that a constant is made of; in declarations, those
 * of the type literal that stands for it. Only the outermost ones: `documents.get`, not what is inside of `get`.
 */

import type ts from 'typescript-5';

/** A place in a text, both from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The name of a property. */
export interface ConstantProperty {
  readonly constant: string;
  /** `...` for a spread, which may have all of them. */
  readonly name: string;
  readonly start: Place;
  readonly end: Place;
}

type Compiler = typeof ts;

/** Properties in the types of declared constants. */
export function typedProperties(declarations: string): Promise<readonly ConstantProperty[]> {
  return propertiesIn(declarations, ({ isTypeLiteralNode }, node) => (isTypeLiteralNode(node) ? node.members : undefined));
}

/** Properties that constants are written with; spreads come last. */
export async function writtenProperties(source: string): Promise<readonly ConstantProperty[]> {
  const all = await propertiesIn(source, ({ isObjectLiteralExpression }, node) =>
    isObjectLiteralExpression(node) ? node.properties : undefined,
  );
  return [...all.filter(({ name }) => name !== '...'), ...all.filter(({ name }) => name === '...')];
}

async function propertiesIn(
  text: string,
  membersOf: (compiler: Compiler, node: ts.Node) => readonly ts.Node[] | undefined,
): Promise<readonly ConstantProperty[]> {
  // TypeScript 7 has no parser to call, and this one takes a while to load.
  const { default: compiler } = await import('typescript-5');
  const file = compiler.createSourceFile('file.ts', text, compiler.ScriptTarget.ESNext, true);
  const found: ConstantProperty[] = [];
  const visit = (constant: string, node: ts.Node): void => {
    const members = membersOf(compiler, node);
    if (members === undefined) compiler.forEachChild(node, (child) => visit(constant, child));
    else for (const member of members) found.push(...located(compiler, file, { constant, member }));
  };
  for (const statement of file.statements) {
    if (!compiler.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) visit(declaration.name.getText(file), declaration);
  }
  return found;
}

function located(
  compiler: Compiler,
  file: ts.SourceFile,
  { constant, member }: { readonly constant: string; readonly member: ts.Node },
): readonly ConstantProperty[] {
  const spread = compiler.isSpreadAssignment(member);
  const node = spread ? member : (member as ts.NamedDeclaration).name;
  if (node === undefined) return [];
  const place = (position: number): Place => {
    const { line, character } = file.getLineAndCharacterOfPosition(position);
    return { line, column: character };
  };
  return [{ constant, name: spread ? '...' : node.getText(file), start: place(node.getStart(file)), end: place(node.end) }];
}
