/**
 * An editor with one file open, as its user sees it: what hovering shows, where a definition leads, what is struck through. It asks the
 * language server of TypeScript 7 over its standard streams, as editors do.
 * https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from '@org/release';
import { createMessageConnection, type MessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node.js';

const SERVER = join(ROOT, 'apps/e2e/node_modules/typescript/bin/tsc');

/** What is asked about is an expression of the file: its first occurrence, at its last character. */
export interface Editor {
  /** The type that hovering shows, without the documentation. */
  typeOf(expression: string): Promise<string>;
  /** Where it is defined; of several places the first. */
  definitionOf(expression: string): Promise<Definition>;
  /** What is struck through, each with the line's text before it. */
  struckThrough(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Definition {
  readonly file: string;
  /** The text of the line. */
  readonly line: string;
}

interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

interface DefinitionLink {
  readonly targetUri: string;
  readonly targetSelectionRange: Range;
}

interface DiagnosticReport {
  readonly items: readonly { readonly code: number; readonly range: Range }[];
}

/** 'x' is deprecated, and the same of one signature of several. */
const DEPRECATED = new Set([6385, 6387]);

/** Opens a file of a folder that has a `tsconfig.json`. */
export async function openEditor(folder: string, file: string): Promise<Editor> {
  const text = await readFile(join(folder, file), 'utf8');
  const lines = text.split('\n');
  const server = spawn(process.execPath, [SERVER, '--lsp', '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
  const connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const textDocument = { uri: pathToFileURL(join(folder, file)).href };
  await greet(connection, folder);
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { ...textDocument, languageId: 'typescript', version: 1, text },
  });

  const ask = async <TAnswer>(about: string, expression?: string): Promise<TAnswer> =>
    connection.sendRequest(
      `textDocument/${about}`,
      expression === undefined ? { textDocument } : { textDocument, position: placeOf(text, expression) },
    );

  return {
    typeOf: async (expression) => {
      const { contents } = await ask<{ contents: { value: string } }>('hover', expression);
      return /```typescript\n([\s\S]*?)\n```/.exec(contents.value)?.[1] ?? contents.value;
    },
    definitionOf: async (expression) => {
      const [link] = await ask<readonly DefinitionLink[]>('definition', expression);
      if (link === undefined) throw new Error(`${expression} is defined nowhere`);
      const found = fileURLToPath(link.targetUri);
      const { line } = link.targetSelectionRange.start;
      return { file: found, line: (await readFile(found, 'utf8')).split('\n')[line]?.trim() ?? '' };
    },
    struckThrough: async () => {
      const { items } = await ask<DiagnosticReport>('diagnostic');
      return items.flatMap(({ code, range: { end } }) => (DEPRECATED.has(code) ? [lines[end.line]?.slice(0, end.character) ?? ''] : []));
    },
    close: async () => {
      const isGone = once(server, 'exit');
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await isGone;
      connection.dispose();
    },
  };
}

/** Says what this editor can do, and answers what the server asks: it has no settings. */
async function greet(connection: MessageConnection, folder: string): Promise<void> {
  const rootUri = pathToFileURL(folder).href;
  connection.onRequest('workspace/configuration', ({ items }: { readonly items: readonly unknown[] }) => items.map(() => null));
  connection.onRequest(() => null);
  connection.listen();
  const textDocument = { hover: { contentFormat: ['markdown'] }, definition: { linkSupport: true }, diagnostic: {} };
  const workspaceFolders = [{ uri: rootUri, name: 'project' }];
  await connection.sendRequest('initialize', { processId: process.pid, rootUri, workspaceFolders, capabilities: { textDocument } });
  await connection.sendNotification('initialized', {});
}

function placeOf(text: string, expression: string): { readonly line: number; readonly character: number } {
  const start = text.indexOf(expression);
  if (start < 0) throw new Error(`the file has no ${expression}`);
  const before = text.slice(0, start + expression.length - 1).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
