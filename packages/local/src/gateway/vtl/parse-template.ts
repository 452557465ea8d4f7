/**
 * Parses a mapping template of API Gateway (Velocity 1.7) into a tree, refusing by name what `syntax.ts` has no node for.
 * A directive takes the line break after it, as Velocity does, so that a template of directives alone renders to nothing.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
 */
import { parseExpression, parseReference } from './parse-expression.js';
import { Scanner } from './scanner.js';
import type { Branch, Template, TemplateNode } from './syntax.js';

const REFUSED = /#\{?(macro|parse|include|define|evaluate|stop|break|return)\b/y;
const BLOCK_END = /#\{?(end|else|elseif)\b\}?/y;

/** Parses a whole template. Throws {@link TemplateError} with the line for what is not supported. */
export function parseTemplate(text: string): Template {
  const scanner = new Scanner(text);
  const nodes = parseNodes(scanner);
  if (!scanner.atEnd) scanner.fail(`${scanner.text.slice(scanner.position, scanner.position + 8)} has no #if or #foreach before it`);
  return nodes;
}

function parseNodes(scanner: Scanner): TemplateNode[] {
  const nodes: TemplateNode[] = [];
  while (!scanner.atEnd && !standsAt(scanner, BLOCK_END)) {
    const node = parseNode(scanner);
    if (node) nodes.push(node);
  }
  return nodes;
}

function standsAt(scanner: Scanner, sticky: RegExp): boolean {
  sticky.lastIndex = scanner.position;
  return sticky.test(scanner.text);
}

function parseNode(scanner: Scanner): TemplateNode | undefined {
  const plain = scanner.match(/[^$#\\]+/y);
  if (plain) return { kind: 'text', text: plain[0] };
  const escaped = scanner.match(/\\([$#])/y);
  if (escaped) return { kind: 'text', text: escaped[1] ?? '' };
  if (scanner.match(/##[^\n]*(\n|$)|#\*[\s\S]*?\*#/y)) return undefined;
  if (scanner.peek() === '$') return parseReferenceNode(scanner);
  if (scanner.peek() === '#') return parseDirective(scanner);
  return character(scanner);
}

function character(scanner: Scanner): TemplateNode {
  const text = scanner.peek();
  scanner.position += 1;
  return { kind: 'text', text };
}

function parseReferenceNode(scanner: Scanner): TemplateNode {
  const start = scanner.position;
  const found = parseReference(scanner);
  return found ? { kind: 'reference', source: scanner.text.slice(start, scanner.position), ...found } : character(scanner);
}

function parseDirective(scanner: Scanner): TemplateNode {
  const refused = scanner.match(REFUSED);
  if (refused) scanner.fail(`${refused[0]} is not supported; #set, #if, #elseif, #else, #foreach and #end are`);
  if (scanner.match(/#\{?set\}?[ \t]*\(/y)) return parseSet(scanner);
  if (scanner.match(/#\{?if\}?[ \t]*\(/y)) return parseIf(scanner);
  if (scanner.match(/#\{?foreach\}?[ \t]*\(/y)) return parseForeach(scanner);
  return character(scanner);
}

function parseSet(scanner: Scanner): TemplateNode {
  scanner.skipSpace();
  const target = parseReference(scanner)?.reference ?? scanner.fail('#set needs a reference like $name on its left side');
  scanner.expect('=', '#set');
  const value = parseExpression(scanner);
  closeDirective(scanner, '#set');
  return { kind: 'set', target, value };
}

function parseIf(scanner: Scanner): TemplateNode {
  const branches: Branch[] = [parseBranch(scanner)];
  while (scanner.match(/#\{?elseif\}?[ \t]*\(/y)) branches.push(parseBranch(scanner));
  const otherwise = scanner.match(/#(else\b|\{else\})([ \t]*\r?\n)?/y) ? parseNodes(scanner) : [];
  parseEnd(scanner, '#if');
  return { kind: 'if', branches, otherwise };
}

function parseBranch(scanner: Scanner): Branch {
  const condition = parseExpression(scanner);
  closeDirective(scanner, '#if');
  return { condition, body: parseNodes(scanner) };
}

function parseForeach(scanner: Scanner): TemplateNode {
  scanner.skipSpace();
  const variable = parseReference(scanner)?.reference.name ?? scanner.fail('#foreach needs a variable like $item');
  scanner.expect('in', '#foreach');
  const list = parseExpression(scanner);
  closeDirective(scanner, '#foreach');
  const body = parseNodes(scanner);
  parseEnd(scanner, '#foreach');
  return { kind: 'foreach', variable, list, body };
}

function closeDirective(scanner: Scanner, directive: string): void {
  scanner.expect(')', directive);
  scanner.match(/[ \t]*\r?\n/y);
}

function parseEnd(scanner: Scanner, directive: string): void {
  if (!scanner.match(/#(end\b|\{end\})([ \t]*\r?\n)?/y)) scanner.fail(`expected #end of ${directive}, got the end of the template`);
}
