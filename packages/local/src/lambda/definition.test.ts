import { describe, expect, it } from 'vitest';
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import { createJournal } from '../template/assembly.test.fixture.js';
import { readFunctions } from './definition.js';
import { environment } from './lambda.test.fixture.js';
import { readMappings } from './mapping-definition.js';

function resource(
  type: string,
  physicalId: string,
  properties: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): ResolvedResource {
  return { logicalId: physicalId, type, physicalId, properties, metadata };
}

function stackOf(...resources: ResolvedResource[]): ResolvedStack[] {
  return [{ name: 'S', resources, outputs: {} }];
}

const fn = (properties: Record<string, unknown> = {}, metadata: Record<string, unknown> = { 'aws:asset:path': process.cwd() }) =>
  resource('AWS::Lambda::Function', 'fn', { Runtime: 'nodejs24.x', Handler: 'index.handler', ...properties }, metadata);

describe('readFunctions', () => {
  it("takes Lambda's defaults: 3 seconds, 128 MB, text logs, two retries in six hours", () => {
    expect(readFunctions(stackOf(fn()), environment)).toEqual([
      {
        name: 'fn',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
        roleArn: '',
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        code: { kind: 'directory', path: process.cwd() },
        timeoutMs: 3000,
        memoryMb: 128,
        variables: {},
        logging: { format: 'Text', level: 'INFO' },
        logGroup: '/aws/lambda/fn',
        retry: { maxRetries: 2, maxAgeMs: 21_600_000 },
      },
    ]);
  });

  it('reads limits, logging, variables as text, and the settings for asynchronous calls', () => {
    const config = resource('AWS::Lambda::EventInvokeConfig', 'config', {
      FunctionName: 'fn',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: {
        OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' },
        OnSuccess: { Destination: 'arn:aws:sns:us-east-1:000000000000:done' },
      },
    });
    const properties = {
      DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      Timeout: '29',
      MemorySize: 512,
      ReservedConcurrentExecutions: 0,
      Environment: { Variables: { RETRIES: 3 } },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', LogGroup: 'group' },
    };
    expect(readFunctions(stackOf(fn(properties), config), environment)[0]).toMatchObject({
      timeoutMs: 29_000,
      memoryMb: 512,
      reservedConcurrency: 0,
      variables: { RETRIES: '3' },
      logging: { format: 'JSON', level: 'WARN' },
      logGroup: 'group',
      retry: {
        maxRetries: 0,
        maxAgeMs: 60_000,
        onFailure: 'arn:aws:sqs:us-east-1:000000000000:failed',
        onSuccess: 'arn:aws:sns:us-east-1:000000000000:done',
        deadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      },
    });
  });

  it.each([
    ['another runtime', fn({ Runtime: 'python3.13' }), /its runtime is python3\.13/],
    ['a container image', fn({ PackageType: 'Image' }), /container image/],
    ['no asset', fn({}, {}), /no asset for its code/],
    ['an archive', fn({}, { 'aws:asset:path': '/assembly/asset.abc.zip' }), /is no folder; use Code\.fromAsset with a folder/],
  ])('keeps a function with %s for the moment it is called', (_name, definition, reason) => {
    expect(readFunctions(stackOf(definition), environment)[0]?.code).toEqual({
      kind: 'unsupported',
      reason: expect.stringMatching(reason),
    });
  });

  it('refuses two functions of one name', () => {
    expect(() => readFunctions(stackOf(fn(), fn()), environment)).toThrow(/fn and fn are both named fn; leave functionName out/);
  });
});

describe('readMappings', () => {
  const mapping = (properties: Record<string, unknown>) =>
    resource('AWS::Lambda::EventSourceMapping', 'be400856-40c0-43eb-a514-14bb57bb2c9f', {
      EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-11-23T04:33:27.123',
      FunctionName: 'fn',
      StartingPosition: 'LATEST',
      ...properties,
    });

  it("takes Lambda's defaults: batches of 100 at once, endless retries", () => {
    expect(readMappings(stackOf(mapping({})), () => undefined)).toEqual([
      {
        id: 'be400856-40c0-43eb-a514-14bb57bb2c9f',
        functionName: 'fn',
        streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-11-23T04:33:27.123',
        batchSize: 100,
        batchingWindowMs: 0,
        startingPosition: 'LATEST',
        patterns: [],
        reportsItemFailures: false,
        bisects: false,
        maxRetries: Number.POSITIVE_INFINITY,
        maxAgeMs: Number.POSITIVE_INFINITY,
      },
    ]);
  });

  it('reads what the template says', () => {
    const properties = {
      BatchSize: '10',
      MaximumBatchingWindowInSeconds: 2,
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: 'true',
      MaximumRetryAttempts: 0,
      MaximumRecordAgeInSeconds: 60,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    };
    const [read] = readMappings(stackOf(mapping(properties)), () => undefined);
    expect(read).toMatchObject({
      batchSize: 10,
      batchingWindowMs: 2000,
      startingPosition: 'TRIM_HORIZON',
      reportsItemFailures: true,
      bisects: true,
      maxRetries: 0,
      maxAgeMs: 60_000,
    });
    expect(read?.patterns[0]?.matches({ eventName: 'INSERT' })).toBe(true);
  });

  it('leaves out mappings that are off, and reports those on other sources and filters that never match', () => {
    const journal = createJournal();
    const mappings = readMappings(
      stackOf(
        mapping({ Enabled: false }),
        mapping({ EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/jobs' }),
        mapping({ EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:jobs' }),
        mapping({ FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"n":{"N":[{"numeric":["=",1]}]}}}}' }] } }),
      ),
      journal.report,
    );
    expect(mappings).toHaveLength(1);
    expect(journal.entries.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        'is not running: got event source arn:aws:kinesis:us-east-1:000000000000:stream/jobs, expected a DynamoDB stream or an SQS queue',
      ),
      expect.stringContaining('numeric never matches at dynamodb.NewImage.n.N'),
    ]);
  });
});
