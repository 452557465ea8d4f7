import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../iam/authorize.js';
import { operatorKeys, role } from '../fixture.test.support.js';
import {
  apiId,
  apiKey,
  type FieldEvent,
  functionArn,
  graphResources,
  lambdaResult,
  resolver,
  send,
  startGraph,
} from './graph.test.support.js';

const book = { id: 'b1', title: 'Dune', pages: 412, meta: { tags: ['sand'] } };

describe('a direct Lambda resolver', () => {
  it('gets the context of the field, as AWS documents it', async () => {
    const { signed, events } = await startGraph({ answer: () => book });
    await signed({
      query: 'query Q($id: ID!) { book(id: $id) { name: title author { ...A } } } fragment A on Author { name }',
      variables: { id: 'b1' },
    });
    const { request, ...event } = events[0] as FieldEvent & { request: { headers: Record<string, string>; domainName: null } };
    expect(event).toEqual({
      arguments: { id: 'b1' },
      identity: {
        accountId: '123456789012',
        cognitoIdentityAuthProvider: null,
        cognitoIdentityAuthType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        sourceIp: ['127.0.0.1'],
        userArn: 'arn:aws:sts::123456789012:assumed-role/documents/documents',
        username: 'documents',
      },
      source: null,
      prev: null,
      stash: {},
      info: {
        fieldName: 'book',
        parentTypeName: 'Query',
        variables: { id: 'b1' },
        selectionSetList: ['name', 'author', 'author/name'],
        selectionSetGraphQL: '{\n  name: title\n  author {\n    ...A\n  }\n}',
      },
    });
    expect([request.domainName, request.headers['content-type']]).toEqual([null, 'application/json']);
  });

  it('gets no identity with an API key, and the parent as source', async () => {
    const { withKey, events } = await startGraph({ answer: ({ info }) => (info.fieldName === 'book' ? book : { name: 'Herbert' }) });
    const { status, body } = await withKey({ query: '{ book(id: "b1") { title meta author { name } } }' });
    expect([status, body]).toEqual([200, { data: { book: { title: 'Dune', meta: '{"tags":["sand"]}', author: { name: 'Herbert' } } } }]);
    expect(events[1]).toMatchObject({ identity: null, source: book, arguments: {}, info: { fieldName: 'author', parentTypeName: 'Book' } });
  });

  it('fails its field with Lambda:Unhandled, and the others have their values', async () => {
    const answer = ({ info }: FieldEvent) =>
      info.fieldName === 'book' ? lambdaResult('Unhandled', { errorType: 'NOT_FOUND', errorMessage: 'no such book', trace: [] }) : [book];
    const { withKey } = await startGraph({ answer });
    expect(await withKey({ query: '{\n  book(id: "b9") { title }\n  books { id }\n}' })).toMatchObject({
      status: 200,
      body: {
        data: { book: null, books: [{ id: 'b1' }] },
        errors: [
          {
            path: ['book'],
            data: null,
            errorType: 'Lambda:Unhandled',
            errorInfo: null,
            locations: [{ line: 2, column: 3, sourceName: null }],
            message: 'no such book',
          },
        ],
      },
    });
  });

  it.each([
    [
      'Throttled',
      { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', message: 'Rate Exceeded.' },
      'Lambda:TooManyRequestsException',
    ],
    ['NotFound', { message: 'Function not found: x' }, 'Lambda:ResourceNotFoundException'],
    ['RequestTooLarge', { message: 'Request must be smaller' }, 'Lambda:RequestTooLargeException'],
  ] as const)('names what Lambda says: %s', async (functionError, payload, errorType) => {
    const { withKey } = await startGraph({ answer: () => lambdaResult(functionError, payload) });
    expect(await withKey({ query: '{ book(id: "b1") { id } }' })).toMatchObject({
      body: { data: { book: null }, errors: [{ errorType }] },
    });
  });

  it('has 30 seconds together with the whole request', async () => {
    const { withKey, clock, events } = await startGraph({ answer: () => new Promise(() => undefined) });
    const answer = withKey({ query: '{ book(id: "b1") { id } }' });
    while (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(30_000);
    expect(await answer).toMatchObject({
      status: 200,
      body: { errors: [{ errorType: 'ExecutionTimeout', message: 'Execution timed out.' }] },
    });
  });

  it('may return 5 MB', async () => {
    let bytes = 5_242_880;
    const around = JSON.stringify({ id: 'b1', title: '' }).length;
    const { withKey } = await startGraph({ answer: () => ({ id: 'b1', title: 'x'.repeat(bytes - around) }) });
    expect(await withKey({ query: '{ book(id: "b1") { id } }' })).toMatchObject({ body: { data: { book: { id: 'b1' } } } });
    bytes += 1;
    expect(await withKey({ query: '{ book(id: "b1") { id } }' })).toMatchObject({
      body: { errors: [{ errorType: 'MappingTemplate', message: 'Transformation too large' }] },
    });
  });

  it('fails a field that may not be null, in the words of AppSync', async () => {
    const { withKey } = await startGraph();
    expect(await withKey({ query: '{ required }' })).toMatchObject({
      status: 200,
      body: {
        data: null,
        errors: [
          {
            path: ['required'],
            locations: null,
            message: "Cannot return null for non-nullable type: 'String' within parent 'Query' (/required)",
          },
        ],
      },
    });
  });
});

describe('scalars', () => {
  const dates = (at: string) => ({ query: 'query Q($at: AWSDateTime) { when(at: $at) }', variables: { at } });

  it('are checked on the way in', async () => {
    const { withKey, events } = await startGraph({ answer: () => '2026-11-25T22:00:00Z' });
    expect(await withKey(dates('2026-11-25T22:00:00.000Z'))).toMatchObject({ body: { data: { when: '2026-11-25T22:00:00Z' } } });
    expect(await withKey(dates('yesterday'))).toMatchObject({ body: { data: null, errors: [{ path: null }] } });
    expect(await withKey({ query: '{ when(blob: "{\\"a\\":1}") }' })).toMatchObject({ status: 200 });
    expect(events.map((event) => event.arguments)).toEqual([{ at: '2026-11-25T22:00:00.000Z' }, { blob: { a: 1 } }]);
  });

  it('are checked on the way out', async () => {
    const { withKey } = await startGraph({ answer: () => 'soon' });
    expect(await withKey({ query: '{ stamp }' })).toMatchObject({
      body: {
        data: { stamp: null },
        errors: [{ path: ['stamp'], message: "Can't serialize value (/stamp) : Invalid input 'soon' as a valid AWSTimestamp." }],
      },
    });
  });
});

describe('authentication', () => {
  const query = { query: '{ books { id } }' };

  it.each([
    ['no key and no signature', {}, 'Missing authorization header'],
    ['an unknown key', { 'x-api-key': 'da2-other' }, 'You are not authorized to make this call.'],
    ['an expired key', { 'x-api-key': 'da2-old' }, 'You are not authorized to make this call.'],
    ['a token that no provider takes', { authorization: 'Bearer x' }, 'Permission denied'],
  ])('answers 401 UnauthorizedException for %s', async (_, headers, message) => {
    const { url } = await startGraph();
    expect(await send(url, { 'content-type': 'application/json', ...headers }, JSON.stringify(query))).toEqual({
      status: 401,
      errorType: 'UnauthorizedException',
      body: { errors: [{ errorType: 'UnauthorizedException', message }] },
    });
  });

  it('takes a signature for appsync only when IAM is among the providers', async () => {
    const { signed } = await startGraph({ resources: graphResources({ api: { AdditionalAuthenticationProviders: [] } }) });
    expect(await signed(query)).toMatchObject({ status: 401, errorType: 'UnauthorizedException' });
    const { withKey } = await startGraph({
      resources: graphResources({ api: { AuthenticationType: 'AWS_IAM', AdditionalAuthenticationProviders: [] } }),
    });
    expect(await withKey(query)).toMatchObject({ status: 401, errorType: 'UnauthorizedException' });
  });

  it('answers 403 for a bad signature, by name', async () => {
    const { signed } = await startGraph();
    const wrong = { ...operatorKeys, secretAccessKey: 'wrong' };
    expect(await signed(query, { credentials: wrong })).toMatchObject({ status: 403, errorType: 'InvalidSignatureException' });
    expect(await signed(query, { service: 'execute-api' })).toMatchObject({ status: 403, errorType: 'InvalidSignatureException' });
    expect(await signed(query, { credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } })).toMatchObject({
      status: 403,
      errorType: 'UnrecognizedClientException',
    });
  });

  it('gives a field to the providers of its directives, else of its type, else to the default one', async () => {
    const { withKey, signed } = await startGraph({ answer: ({ info }) => (info.fieldName === 'books' ? [book] : 'well') });
    const both = { query: '{ secret stamp }' };
    expect(await withKey({ query: '{ secret }' })).toMatchObject({
      body: {
        data: { secret: null },
        errors: [{ path: ['secret'], errorType: 'Unauthorized', message: 'Not Authorized to access secret on type Query' }],
      },
    });
    expect(await signed(both)).toMatchObject({
      body: { data: { secret: 'well', stamp: null }, errors: [{ path: ['stamp'], errorType: 'Unauthorized' }] },
    });
  });
});

describe('the authorize hook', () => {
  const iamOnly = graphResources({ api: { AuthenticationType: 'AWS_IAM', AdditionalAuthenticationProviders: [] } });

  it('is asked about every field of the root, and a denied one is null with an Unauthorized error', async () => {
    const asked: AuthorizationRequest[] = [];
    const { signed, events } = await startGraph({
      resources: iamOnly,
      answer: () => book,
      authorize: (request) => {
        asked.push(request);
        return request.resource.endsWith('/secret') ? { allowed: false, message: 'Add it to uses.' } : { allowed: true };
      },
    });
    expect(await signed({ query: '{ book(id: "b1") { title author { name } } secret }' })).toMatchObject({
      status: 200,
      body: {
        data: { book: { title: 'Dune' }, secret: null },
        errors: [
          {
            path: ['secret'],
            data: null,
            errorType: 'Unauthorized',
            message: 'Not Authorized to access secret on type Query. Add it to uses.',
          },
        ],
      },
    });
    const graph = asked.filter(({ action }) => action === 'appsync:GraphQL');
    const field = (name: string) => `arn:aws:appsync:eu-west-1:123456789012:apis/${apiId}/types/Query/fields/${name}`;
    expect(graph).toEqual([
      { principal: role, action: 'appsync:GraphQL', resource: field('book'), context: {} },
      { principal: role, action: 'appsync:GraphQL', resource: field('secret'), context: {} },
    ]);
    expect(events.map(({ info }) => info.fieldName)).toEqual(['book', 'author']);
  });

  it('is not asked for an API key', async () => {
    const asked: string[] = [];
    const { withKey } = await startGraph({ answer: () => [], authorize: ({ action }) => ({ allowed: asked.push(action) > 0 }) });
    await withKey({ query: '{ books { id } }' });
    expect(asked).toEqual(['lambda:InvokeFunction']);
  });

  it('is asked whether the role of the data source may call the function', async () => {
    const asked: AuthorizationRequest[] = [];
    const { withKey, events } = await startGraph({
      authorize: (request) => {
        asked.push(request);
        return { allowed: false };
      },
    });
    const { body } = await withKey({ query: '{ book(id: "b1") { id } }' });
    const principal = { arn: 'arn:aws:sts::123456789012:assumed-role/graph-source/APPSYNC_ASSUMED_ROLE' };
    expect(asked).toEqual([{ principal, action: 'lambda:InvokeFunction', resource: functionArn, context: {} }]);
    expect([body, events]).toMatchObject([{ data: { book: null }, errors: [{ errorType: 'Lambda:AccessDeniedException' }] }, []]);
  });
});

describe('a request', () => {
  it.each([
    ['', 'Request body is empty.'],
    ['meow', 'Unable to parse GraphQL query.'],
    ['{}', 'Unable to parse GraphQL query.'],
    ['[]', 'Unable to parse GraphQL query.'],
    ['{"query":"{ books { id }"}', 'Unable to parse GraphQL query.'],
    ['{"query":"query A { stamp } query B { stamp }"}', 'Unable to parse GraphQL query.'],
    ['{"query":"{ stamp }","variables":"at=now"}', 'Unable to parse GraphQL query.'],
    ['{"query":"{ stamp }","operationName":7}', 'Unable to parse GraphQL query.'],
  ])('of "%s" is 400 MalformedHttpRequestException', async (body, message) => {
    const { url } = await startGraph();
    expect(await send(url, { 'x-api-key': apiKey }, body)).toEqual({
      status: 400,
      errorType: 'MalformedHttpRequestException',
      body: { errors: [{ errorType: 'MalformedHttpRequestException', message }] },
    });
  });

  it.each([
    ['{ nothing }', 'FieldUndefined'],
    ['{ book { id } }', 'MissingFieldArgument'],
    ['{ book(id: "b1", name: 1) { id } }', 'UnknownArgument'],
    ['{ book(id: "b1") }', 'SubSelectionRequired'],
    ['{ book(id: $id) { id } }', 'UndefinedVariable'],
  ])('that the schema does not fit is 200 with its kind: %s', async (query, kind) => {
    const { withKey } = await startGraph();
    const { status, body } = (await withKey({ query })) as { status: number; body: { data: null; errors: { message: string }[] } };
    expect([status, body.data]).toEqual([200, null]);
    expect(body.errors[0]?.message).toMatch(new RegExp(`^Validation error of type ${kind}: `));
  });

  it('without a required variable is 200 with its name', async () => {
    const { withKey } = await startGraph();
    expect(await withKey({ query: 'query Q($id: ID!) { book(id: $id) { id } }' })).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ path: null, message: "Variable 'id' has coerced Null value for NonNull type 'ID!'" }] },
    });
  });

  it('may have 1 MB', async () => {
    const { withKey } = await startGraph();
    const around = JSON.stringify({ query: '{ stamp }', variables: { x: '' } }).length;
    const sized = (bytes: number) => withKey({ query: '{ stamp }', variables: { x: 'x'.repeat(bytes - around) } });
    expect(await sized(1_048_576)).toMatchObject({ status: 200 });
    expect(await sized(1_048_577)).toMatchObject({ status: 413 });
  });

  it('can come as a GET, and from any page', async () => {
    const { url } = await startGraph({ answer: () => 7 });
    const response = await fetch(`${url}?query=${encodeURIComponent('{ stamp }')}`, { headers: { 'x-api-key': apiKey } });
    expect([response.status, response.headers.get('access-control-allow-origin'), await response.json()]).toEqual([
      200,
      '*',
      { data: { stamp: 7 } },
    ]);
    const preflight = await fetch(url, { method: 'OPTIONS' });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([200, expect.stringContaining('x-api-key')]);
  });

  it('for a subscription is refused, with what is missing', async () => {
    const { withKey } = await startGraph();
    expect(await withKey({ query: 'subscription { added { id } }' })).toMatchObject({
      status: 400,
      errorType: 'MalformedHttpRequestException',
    });
  });

  it('finds no schema when introspection is off', async () => {
    const query = { query: '{ __schema { queryType { name } } }' };
    expect(await (await startGraph()).withKey(query)).toMatchObject({ body: { data: { __schema: { queryType: { name: 'Query' } } } } });
    const hidden = await startGraph({ resources: graphResources({ api: { IntrospectionConfig: 'DISABLED' } }) });
    expect(await hidden.withKey(query)).toMatchObject({ body: { data: null } });
  });

  it('may be as deep as the API says, fragments included', async () => {
    const { withKey } = await startGraph({ answer: () => book, resources: graphResources({ api: { QueryDepthLimit: 2 } }) });
    expect(await withKey({ query: '{ book(id: "b1") { title } }' })).toMatchObject({ body: { data: { book: { title: 'Dune' } } } });
    const deep = '{ book(id: "b1") { ...B } } fragment B on Book { author { ... on Author { name } } }';
    expect(await withKey({ query: deep })).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ errorType: 'QueryDepthLimitReached' }] },
    });
  });

  it('runs as many resolvers as the API says', async () => {
    const answer = ({ info }: FieldEvent) => (info.fieldName === 'books' ? [book, book] : { name: 'Herbert' });
    const { withKey, events } = await startGraph({ answer, resources: graphResources({ api: { ResolverCountLimit: 2 } }) });
    expect(await withKey({ query: '{ books { author { name } } }' })).toMatchObject({
      body: {
        data: { books: [{ author: { name: 'Herbert' } }, { author: null }] },
        errors: [{ path: ['books', 1, 'author'], errorType: 'ResolverExecutionLimitReached' }],
      },
    });
    expect(events).toHaveLength(2);
  });

  it('to another path is 404', async () => {
    const { url } = await startGraph();
    expect(await send(`${url}x`, {}, '{}')).toMatchObject({ status: 404 });
  });
});

describe('an API that would answer differently here does not start:', () => {
  it.each([
    [
      'APPSYNC_JS code',
      { Code: 'export function request() {}' },
      'Query.book has APPSYNC_JS code (Code), expected a direct Lambda resolver',
    ],
    ['a mapping template', { RequestMappingTemplate: '{}' }, 'Query.book has a mapping template (RequestMappingTemplate)'],
    ['a pipeline', { Kind: 'PIPELINE' }, 'Query.book is a pipeline'],
    ['batches', { MaxBatchSize: 10 }, 'Query.book is batched (MaxBatchSize)'],
    ['an unknown data source', { DataSourceName: 'Other' }, 'got data source Other, which the API does not have'],
  ])('%s', async (_, properties, message) => {
    const others = graphResources().filter(({ properties: { FieldName } }) => FieldName !== 'book');
    await expect(startGraph({ resources: [...others, resolver('Query.book', properties)] })).rejects.toThrow(message);
  });

  it('another way to authenticate, and a schema that is none', async () => {
    const cognito = graphResources({ api: { AuthenticationType: 'AMAZON_COGNITO_USER_POOLS' } });
    await expect(startGraph({ resources: cognito })).rejects.toThrow(
      'got authentication AMAZON_COGNITO_USER_POOLS, expected API_KEY or AWS_IAM',
    );
    await expect(startGraph({ resources: graphResources({ sdl: 'type Query { a: Nothing }' }) })).rejects.toThrow(
      `the schema of API ${apiId} cannot be used: Unknown type "Nothing".`,
    );
  });

  it('but properties without effect are only reported', async () => {
    const { reports } = await startGraph({ resources: graphResources({ api: { XrayEnabled: true, QueryDepthLimit: 5 } }) });
    expect(reports).toEqual([{ level: 'info', part: 'appsync', message: `API ${apiId}: XrayEnabled has no effect on the local stage` }]);
  });
});
