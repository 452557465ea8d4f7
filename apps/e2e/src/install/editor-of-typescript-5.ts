/**
 * What editors show that run TypeScript 5.9 or 6, whose language service is a library. It reads the documentation of a mapped type's
 * properties too, which TypeScript 7.0 leaves out: https://github.com/microsoft/typescript-go/issues/3659.
 */

import { join } from 'node:path';
import ts from 'typescript-5';

/** Opens a file of a folder that has a `tsconfig.json`. An expression of it is asked about at the last character of its first occurrence. */
export function openEditorOfTypeScript5(folder: string, file: string) {
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic });
  if (config === undefined) throw new Error(`${folder} has no tsconfig.json`);
  const { fileNames, options } = config;
  const path = join(folder, file);
  const text = ts.sys.readFile(path) ?? '';
  const { readFile, fileExists, directoryExists, getDirectories, getCurrentDirectory } = ts.sys;
  const service = ts.createLanguageService({
    readFile,
    fileExists,
    directoryExists,
    getDirectories,
    getCurrentDirectory,
    getScriptFileNames: () => fileNames,
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  const shownOf = (expression: string) => service.getQuickInfoAtPosition(path, text.indexOf(expression) + expression.length - 1);
  return {
    /** The type that hovering shows. */
    typeOf: (expression: string): string => ts.displayPartsToString(shownOf(expression)?.displayParts),
    /** What hovering shows below the type. */
    documentationOf: (expression: string): string => ts.displayPartsToString(shownOf(expression)?.documentation),
    /** What is struck through, each with the line's text before it. */
    struckThrough: (): readonly string[] =>
      service
        .getSuggestionDiagnostics(path)
        .filter(({ reportsDeprecated }) => reportsDeprecated)
        .map(({ start, length }) => text.slice(text.lastIndexOf('\n', start) + 1, start + length)),
    /** What is wrong in any file of the project. */
    mistakes: (): readonly string[] =>
      fileNames
        .flatMap((name) => [...service.getSyntacticDiagnostics(name), ...service.getSemanticDiagnostics(name)])
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  };
}

function onUnRecoverableConfigFileDiagnostic({ messageText }: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
}
