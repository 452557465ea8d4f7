/**
 * Makes an executable schema of AppSync's kind of SDL: its scalars and directives are there without being declared.
 * https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#using-additional-authorization-modes
 */
import {
  buildASTSchema,
  concatAST,
  type DocumentNode,
  type GraphQLField,
  type GraphQLObjectType,
  GraphQLScalarType,
  type GraphQLSchema,
  parse,
  validateSchema,
} from 'graphql';
import { StageError } from '../../stage-error.js';
import type { AuthMode } from './definition.js';
import { appsyncScalars } from './scalars.js';

const directives = `
  directive @aws_api_key on FIELD_DEFINITION | OBJECT
  directive @aws_iam on FIELD_DEFINITION | OBJECT
  directive @aws_oidc on FIELD_DEFINITION | OBJECT
  directive @aws_lambda on FIELD_DEFINITION | OBJECT
  directive @aws_cognito_user_pools(cognito_groups: [String!]) on FIELD_DEFINITION | OBJECT
  directive @aws_auth(cognito_groups: [String!]!) on FIELD_DEFINITION
  directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
`;

/**
 * Builds a schema.
 *
 * @throws StageError `RESOURCE_REFUSED` for SDL that is none
 */
export function buildAppSyncSchema(sdl: string, apiId: string): GraphQLSchema {
  try {
    const own = parse(sdl);
    const schema = buildASTSchema(concatAST([parse(preambleOf(own)), own]));
    const [problem] = validateSchema(schema);
    if (problem !== undefined) throw problem;
    for (const scalar of appsyncScalars) adopt(schema, scalar);
    return schema;
  } catch (cause) {
    throw new StageError('RESOURCE_REFUSED', `the schema of API ${apiId} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

/** Declares what the document does not declare itself, as editors want it to. */
function preambleOf(own: DocumentNode): string {
  const declared = new Set(own.definitions.flatMap((each) => ('name' in each && each.name ? [each.name.value] : [])));
  const scalars = appsyncScalars.filter(({ name }) => !declared.has(name)).map(({ name }) => `scalar ${name}`);
  const lines = directives.split('\n').filter((line) => line.trim() !== '' && !declared.has(/@(\w+)/.exec(line)![1]!));
  return [...scalars, ...lines].join('\n');
}

/** A schema that is built from text has scalars that take anything. */
function adopt(schema: GraphQLSchema, { name, serialize, parseValue, parseLiteral }: GraphQLScalarType): void {
  const type = schema.getType(name);
  if (type instanceof GraphQLScalarType) Object.assign(type, { serialize, parseValue, parseLiteral });
}

const modeOfDirective: Readonly<Record<string, AuthMode | 'other'>> = {
  aws_api_key: 'API_KEY',
  aws_iam: 'AWS_IAM',
  aws_oidc: 'other',
  aws_lambda: 'other',
  aws_cognito_user_pools: 'other',
};

/** The ways of authentication that may read a field: those of its directives, else those of its type's, else the API's default one. */
export function modesOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  defaultMode: AuthMode,
): ReadonlySet<AuthMode | 'other'> {
  const named = [field.astNode, type.astNode].map((node) =>
    (node?.directives ?? []).flatMap(({ name }) => modeOfDirective[name.value] ?? []),
  );
  return new Set(named.find((modes) => modes.length > 0) ?? [defaultMode]);
}
