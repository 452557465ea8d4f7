/** A GraphQL API for tests on an AWS endpoint, with functions that are answered in the test, and a client that signs or sends a key. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Authorize, allowAll } from '../../iam/authorize.js';
import type { Credentials, InvokeResult, ResolvedResource } from '../../parts.js';
import { environment, type Fixture, onCleanup, roleKeys, startFixture } from '../fixture.test.support.js';
import { startAppSync } from './service.js';

export const apiId = 'abcdefghijklmnopqrstuvwxyz';
export const apiKey = 'da2-key';
export const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:library';

const schema = `
  type Query {
    book(id: ID!): Book @aws_api_key @aws_iam
    books: [Book!]!
    required: String!
    when(at: AWSDateTime, blob: AWSJSON): AWSDateTime
    stamp: AWSTimestamp
    secret: String @aws_iam
  }
  type Mutation { add(title: String!): Book @aws_api_key @aws_iam }
  type Subscription { added: Book @aws_subscribe(mutations: ["add"]) }
  type Book @aws_api_key @aws_iam { id: ID! title: String pages: Int meta: AWSJSON author: Author }
  type Author @aws_api_key @aws_iam { name: String }
`;

const resource = (type: string, physicalId: string, properties: Record<string, unknown>): ResolvedResource => ({
  logicalId: physicalId.replace(/[^A-Za-z0-9]/g, ''),
  type: `AWS::AppSync::${type}`,
  physicalId: `arn:aws:appsync:eu-west-1:123456789012:apis/${physicalId}`,
  properties: type === 'GraphQLApi' ? properties : { ApiId: apiId, ...properties },
  metadata: {},
});

/** A resolver of a field on the function `library`. */
export function resolver(field: string, properties: Record<string, unknown> = {}): ResolvedResource {
  const [TypeName, FieldName] = field.split('.');
  return resource('Resolver', `${apiId}/types/${TypeName}/resolvers/${FieldName}`, {
    TypeName,
    FieldName,
    DataSourceName: 'Library',
    ...properties,
  });
}

/** An API that takes keys, and signatures as well. */
export function graphResources({
  api = {},
  sdl = schema,
}: {
  readonly api?: Record<string, unknown>;
  readonly sdl?: string;
} = {}): ResolvedResource[] {
  return [
    resource('GraphQLApi', apiId, {
      Name: 'library',
      AuthenticationType: 'API_KEY',
      AdditionalAuthenticationProviders: [{ AuthenticationType: 'AWS_IAM' }],
      ...api,
    }),
    resource('GraphQLSchema', `${apiId}GraphQLSchema`, { Definition: sdl }),
    resource('ApiKey', `${apiId}/apikeys/${apiKey}`, { Expires: 4_000_000_000 }),
    resource('ApiKey', `${apiId}/apikeys/da2-old`, { Expires: 1_600_000_000 }),
    resource('DataSource', `${apiId}/datasources/Library`, {
      Name: 'Library',
      Type: 'AWS_LAMBDA',
      LambdaConfig: { LambdaFunctionArn: functionArn },
      ServiceRoleArn: 'arn:aws:iam::123456789012:role/graph-source',
    }),
    ...['Query.book', 'Query.books', 'Query.required', 'Query.when', 'Query.stamp', 'Query.secret', 'Mutation.add', 'Book.author'].map(
      (field) => resolver(field),
    ),
  ];
}

/** An event as the function gets it. */
export interface FieldEvent {
  readonly arguments: Record<string, unknown>;
  readonly info: { readonly fieldName: string; readonly parentTypeName: string };
  readonly [member: string]: unknown;
}

/** Answers an event with a value, or with a whole result of Lambda. */
export type Answer = (event: FieldEvent) => unknown;

/** A result of Lambda that is not just a value. */
export function lambdaResult(
  functionError: NonNullable<InvokeResult['functionError']>,
  payload: unknown,
): { readonly result: InvokeResult } {
  return { result: { statusCode: 200, functionError, payload: JSON.stringify(payload) } };
}

export interface GraphFixture extends Fixture {
  readonly url: string;
  readonly events: FieldEvent[];
  /** Sends a query with the API's key. */
  withKey(body: unknown): Promise<GraphResponse>;
  /** Sends a signed query, as the role unless others are given. */
  signed(body: unknown, as?: { readonly credentials?: Credentials; readonly service?: string }): Promise<GraphResponse>;
}

export interface GraphResponse {
  readonly status: number;
  readonly errorType: string | null;
  readonly body: unknown;
}

export interface GraphOptions {
  readonly resources?: readonly ResolvedResource[];
  readonly answer?: Answer;
  readonly authorize?: Authorize;
}

export async function startGraph({
  resources = graphResources(),
  answer = () => null,
  authorize = allowAll,
}: GraphOptions = {}): Promise<GraphFixture> {
  const open = new Map();
  const fixture = await startFixture({ open });
  const events: FieldEvent[] = [];
  const service = await startAppSync({
    stacks: [{ name: 'S', resources, outputs: {} }],
    environment,
    awsUrl: fixture.endpoint.url,
    clock: fixture.clock,
    report: (entry) => void fixture.reports.push(entry),
    authorize,
    invoke: async (functionName, payload) => {
      if (functionName !== functionArn) throw new Error(`no function ${functionName}`);
      events.push(payload as FieldEvent);
      const answered = await answer(payload as FieldEvent);
      const result = (answered as { result?: InvokeResult } | null)?.result;
      return result ?? { statusCode: 200, payload: JSON.stringify(answered ?? null) };
    },
  });
  onCleanup(() => service.close());
  open.set(service.open!.pathPrefix, service.open!.handle);
  const url = `${fixture.endpoint.url}/appsync/${apiId}/graphql`;
  return {
    ...fixture,
    url,
    events,
    withKey: (body) => send(url, { 'content-type': 'application/json', 'x-api-key': apiKey }, JSON.stringify(body)),
    async signed(body, { credentials = roleKeys, service: name = 'appsync' } = {}) {
      const text = JSON.stringify(body);
      const { host, hostname, port, pathname } = new URL(url);
      const signer = new SignatureV4({ credentials, region: environment.region, service: name, sha256: Sha256 });
      const { headers } = await signer.sign({
        method: 'POST',
        protocol: 'http:',
        hostname,
        port: Number(port),
        path: pathname,
        headers: { host, 'content-type': 'application/json' },
        body: text,
      });
      return send(url, headers, text);
    },
  };
}

/** Posts a body. */
export async function send(url: string, headers: Record<string, string>, body: string): Promise<GraphResponse> {
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, errorType: response.headers.get('x-amzn-errortype'), body: await response.json() };
}

/** What the signer hashes with. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secretBytes(secret));
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

function secretBytes(secret: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof secret === 'string') return Buffer.from(secret);
  return ArrayBuffer.isView(secret) ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength) : Buffer.from(secret);
}
