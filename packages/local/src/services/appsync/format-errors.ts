/**
 * GraphQL errors in AppSync's form, which differs from that of the executor: other members, no `extensions`, and other sentences for null
 * and for bad variables. Sentences of its validator are not reproduced, only their beginning.
 */
import { type GraphQLError, type GraphQLSchema, isObjectType } from 'graphql';
import { FieldError } from './graph-error.js';

/** An error in an answer. */
export interface WireGraphError {
  readonly path: readonly (string | number)[] | null;
  readonly data?: unknown;
  readonly errorType?: string;
  readonly errorInfo?: unknown;
  readonly locations: readonly { readonly line: number; readonly column: number; readonly sourceName: null }[] | null;
  readonly message: string;
}

/** An error of a field, or of a variable. */
export function formatError(error: GraphQLError, schema: GraphQLSchema): WireGraphError {
  const { originalError, path } = error;
  if (originalError instanceof FieldError) {
    const { errorType, data, message } = originalError;
    return { path: path ?? null, data, errorType, errorInfo: null, locations: locationsOf(error), message };
  }
  const nullMessage = nullFieldMessage(error, schema);
  if (nullMessage !== undefined) return { path: path ?? null, locations: null, message: nullMessage };
  if (path !== undefined) return { path, locations: null, message: `Can't serialize value (/${path.join('/')}) : ${error.message}` };
  return { path: null, locations: locationsOf(error), message: variableMessage(error.message) };
}

/** An error that a rule of validation found. */
export function formatValidationError(error: GraphQLError, ruleName: string): WireGraphError {
  const kind = validationKinds[ruleName] ?? ruleName.replace(/Rule$/, '');
  return { path: null, locations: locationsOf(error), message: `Validation error of type ${kind}: ${error.message}` };
}

/** graphql-java's names, which AppSync shows, of the rules. */
const validationKinds: Readonly<Record<string, string>> = {
  FieldsOnCorrectTypeRule: 'FieldUndefined',
  KnownArgumentNamesRule: 'UnknownArgument',
  KnownDirectivesRule: 'UnknownDirective',
  KnownFragmentNamesRule: 'UndefinedFragment',
  KnownTypeNamesRule: 'UnknownType',
  NoUndefinedVariablesRule: 'UndefinedVariable',
  NoUnusedFragmentsRule: 'UnusedFragment',
  NoUnusedVariablesRule: 'UnusedVariable',
  OverlappingFieldsCanBeMergedRule: 'FieldsConflict',
  ProvidedRequiredArgumentsRule: 'MissingFieldArgument',
  ScalarLeafsRule: 'SubSelectionRequired',
  ValuesOfCorrectTypeRule: 'WrongType',
  VariablesInAllowedPositionRule: 'VariableTypeMismatch',
};

function locationsOf({ locations }: GraphQLError): WireGraphError['locations'] {
  return (locations ?? []).map(({ line, column }) => ({ line, column, sourceName: null }));
}

function nullFieldMessage({ message, path }: GraphQLError, schema: GraphQLSchema): string | undefined {
  const [, typeName, fieldName] = /^Cannot return null for non-nullable field (\w+)\.(\w+)\.$/.exec(message) ?? [];
  if (typeName === undefined || fieldName === undefined) return undefined;
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  const fieldType = String(field?.type).replace(/!$/, '');
  return `Cannot return null for non-nullable type: '${fieldType}' within parent '${typeName}' (/${(path ?? []).join('/')})`;
}

function variableMessage(message: string): string {
  const [, name, type] = /^Variable "\$(\w+)" of (?:required type|non-null type) "([^"]+)" /.exec(message) ?? [];
  return name === undefined ? message : `Variable '${name}' has coerced Null value for NonNull type '${type}'`;
}
