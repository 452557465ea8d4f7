/** Calls may name a table by its ARN; inside only names are used. */
import type { Input } from './operations.js';

/** The same call with the name in place of every ARN. */
export function withTableNames(input: Input): Input {
  const { RequestItems: requests, TransactItems: items } = input;
  return {
    ...named(input),
    ...(isObject(requests) && {
      RequestItems: Object.fromEntries(Object.entries(requests).map(([name, each]) => [tableNameOf(name), each])),
    }),
    ...(Array.isArray(items) && { TransactItems: items.map(withNamedActions) }),
  };
}

function withNamedActions(item: unknown): unknown {
  return isObject(item)
    ? Object.fromEntries(Object.entries(item).map(([action, each]) => [action, isObject(each) ? named(each) : each]))
    : item;
}

function named(input: Input): Input {
  return typeof input.TableName === 'string' ? { ...input, TableName: tableNameOf(input.TableName) } : input;
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tableNameOf(nameOrArn: string): string {
  return /^arn:[^:]+:dynamodb:[^:]*:\d+:table\/([^/]+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}
