/**
 * Executes a GraphQL request against one API: rights per field, Lambda functions where a resolver says so, properties of the parent's value
 * elsewhere. https://docs.aws.amazon.com/appsync/latest/devguide/system-overview-and-architecture.html
 *
 * Subscriptions are refused: there is no real-time endpoint here.
 */
import {
  type DocumentNode,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Clock } from '../../parts.js';
import type { Caller } from './authenticate.js';
import type { GraphApiDefinition } from './definition.js';
import { formatError, formatValidationError, type WireGraphError } from './format-errors.js';
import { FieldError, malformed } from './graph-error.js';
import { type LambdaParts, resolveWithLambda } from './lambda-field.js';
import { depthOf } from './query-depth.js';
import type { GraphRequest } from './request-body.js';
import { modesOf } from './schema.js';

export interface GraphApi {
  readonly definition: GraphApiDefinition;
  readonly schema: GraphQLSchema;
}

export interface ExecutionParts extends LambdaParts {
  readonly clock: Clock;
}

/** A request with who asks and how. */
export interface Execution {
  readonly request: GraphRequest;
  readonly caller: Caller;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface GraphAnswer {
  readonly data: unknown;
  readonly errors?: readonly WireGraphError[];
}

/** AppSync's limit of a request. */
const executionLimitMs = 30_000;

/**
 * The answer to a request.
 *
 * @throws RequestError 400 for a document that cannot be parsed
 */
export async function executeGraph(api: GraphApi, execution: Execution, parts: ExecutionParts): Promise<GraphAnswer> {
  const { schema } = api;
  const { query, operationName, variables } = execution.request;
  const document = parseDocument(query);
  const problems = validationErrors(api, document);
  if (problems.length > 0) return { data: null, errors: problems };
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw malformed('Unable to parse GraphQL query.');
  if (operation.operation === 'subscription')
    throw malformed('Subscriptions need the real-time endpoint, which the local stage does not have.');
  const { limits } = api.definition;
  if (depthOf(operation, document) > limits.depth) return tooDeep(limits.depth);
  const deadline = startDeadline(parts.clock);
  try {
    const fieldResolver = createFieldResolver(api, execution, { ...parts, late: deadline.late });
    const { data, errors } = await execute({ schema, document, operationName, variableValues: variables, fieldResolver });
    return { data: data ?? null, ...(errors === undefined ? {} : { errors: errors.map((error) => formatError(error, schema)) }) };
  } finally {
    deadline.cancel();
  }
}

function tooDeep(limit: number): GraphAnswer {
  const message = `Query depth limit of ${limit} exceeded.`;
  return {
    data: null,
    errors: [{ path: null, data: null, errorType: 'QueryDepthLimitReached', errorInfo: null, locations: null, message }],
  };
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query);
  } catch {
    throw malformed('Unable to parse GraphQL query.');
  }
}

/** One rule after the other, since an error does not say which rule it breaks. */
function validationErrors({ schema, definition }: GraphApi, document: DocumentNode): WireGraphError[] {
  const rules = definition.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  return rules.flatMap((rule) => validate(schema, document, [rule]).map((error) => formatValidationError(error, rule.name)));
}

interface Deadline {
  /** Rejects when the time is over. */
  readonly late: Promise<never>;
  cancel(): void;
}

function startDeadline(clock: Clock): Deadline {
  let cancel!: () => void;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(executionLimitMs, () => reject(new FieldError('ExecutionTimeout', 'Execution timed out.')));
  });
  // Nobody may be waiting when the time is over.
  late.catch(() => undefined);
  return { late, cancel };
}

function createFieldResolver(
  { definition }: GraphApi,
  { caller, headers }: Execution,
  parts: ExecutionParts & { readonly late: Promise<never> },
): GraphQLFieldResolver<unknown, unknown> {
  let resolved = 0;
  return (source, args: Readonly<Record<string, unknown>>, _context, info) => {
    const { parentType, fieldName } = info;
    const field = parentType.getFields()[fieldName]!;
    const mayRead = modesOf(parentType, field, definition.defaultMode).has(caller.mode);
    if (!mayRead) throw new FieldError('Unauthorized', `Not Authorized to access ${fieldName} on type ${parentType.name}`);
    if (info.path.prev === undefined) checkAllowed({ typeName: parentType.name, fieldName, apiId: definition.apiId }, caller, parts);
    const lambda = definition.resolvers.get(`${parentType.name}.${fieldName}`);
    if (lambda !== undefined) {
      resolved += 1;
      if (resolved > definition.limits.resolvers) {
        throw new FieldError('ResolverExecutionLimitReached', `Resolver count limit of ${definition.limits.resolvers} exceeded.`);
      }
      return Promise.race([resolveWithLambda(lambda, { source, args, info, caller, headers }, parts), parts.late]);
    }
    return typeof source === 'object' && source !== null ? (source as Record<string, unknown>)[fieldName] : undefined;
  };
}

/** IAM is asked about the fields of the root types. The sentence is AppSync's; what IAM has to say follows it. */
function checkAllowed(
  { typeName, fieldName, apiId }: { typeName: string; fieldName: string; apiId: string },
  caller: Caller,
  { authorize, environment: { partition, region, accountId } }: LambdaParts,
): void {
  if (caller.mode !== 'AWS_IAM') return;
  const resource = `arn:${partition}:appsync:${region}:${accountId}:apis/${apiId}/types/${typeName}/fields/${fieldName}`;
  const { allowed, message } = authorize({ principal: caller.principal, action: 'appsync:GraphQL', resource, context: {} });
  if (allowed) return;
  const sentence = `Not Authorized to access ${fieldName} on type ${typeName}`;
  throw new FieldError('Unauthorized', message === undefined ? sentence : `${sentence}. ${message}`);
}
