/**
 * A cursor over the text of one template, shared by the template parser and the expression parser.
 */
import { TemplateError } from './template-error.js';

/** Reads one template from left to right; every failure names the line it happened on. */
export class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The character at the cursor, `''` at the end. */
  peek(offset = 0): string {
    return this.text[this.position + offset] ?? '';
  }

  startsWith(expected: string): boolean {
    return this.text.startsWith(expected, this.position);
  }

  /** Consumes `expected` when it is next. */
  take(expected: string): boolean {
    if (!this.startsWith(expected)) return false;
    this.position += expected.length;
    return true;
  }

  /** Consumes what a sticky pattern matches here. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.position;
    const found = sticky.exec(this.text);
    if (!found) return undefined;
    this.position += found[0].length;
    return found;
  }

  expect(expected: string, where: string): void {
    this.skipSpace();
    if (!this.take(expected)) this.fail(`expected "${expected}" in ${where}, got ${JSON.stringify(this.peek() || 'the end')}`);
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  fail(what: string): never {
    const line = this.text.slice(0, this.position).split('\n').length;
    throw new TemplateError(`line ${line}: ${what}`);
  }
}
