import { describe, expect, it } from 'vitest';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { text } from './templates.js';

const stage = synthesize('local');
const routes = Object.entries(resourcesOf(stage.gateway, 'AWS::ApiGatewayV2::Route'));

describe('the WebSocket API', () => {
  it('selects a route by the service in the frame', () => {
    expect(resourceNamed(stage.gateway, 'SocketGatewayApi').Properties).toMatchObject({
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.svc',
    });
  });

  it('routes each service to its function and everything else to the socket function', () => {
    const targets = routes.map(([, { Properties }]) => {
      const [, integration] = (Properties.Target as { 'Fn::Join': readonly [string, readonly [string, { Ref: string }]] })['Fn::Join'][1];
      const uri = text(stage.gateway.Resources[integration.Ref]?.Properties.IntegrationUri, stage);
      return [Properties.RouteKey, /functions\/\{(\w+)\.Arn\}\/invocations$/.exec(uri)?.[1]];
    });
    expect(Object.fromEntries(targets)).toEqual({
      $connect: 'SocketFunction',
      $disconnect: 'SocketFunction',
      $default: 'SocketFunction',
      documents: 'documentsServiceFunction',
      files: 'filesServiceFunction',
      help: 'helpServiceFunction',
      search: 'searchServiceFunction',
      system: 'systemServiceFunction',
    });
  });

  it('sends back what a function returns on every route that takes frames', () => {
    const answering = Object.values(resourcesOf(stage.gateway, 'AWS::ApiGatewayV2::RouteResponse')).map(({ Properties }) => {
      expect(Properties.RouteResponseKey).toBe('$default');
      const route = stage.gateway.Resources[(Properties.RouteId as { Ref: string }).Ref];
      expect(route?.Properties.RouteResponseSelectionExpression).toBe('$default');
      return route?.Properties.RouteKey;
    });
    expect(answering.sort()).toEqual(['$default', 'documents', 'files', 'help', 'search', 'system']);
  });

  it('may invoke a function for exactly its routes', () => {
    const sources = Object.values(resourcesOf(stage.gateway, 'AWS::Lambda::Permission'))
      .map(({ Properties }) => text(Properties.SourceArn, stage))
      .filter((source) => source.includes('SocketGateway'));
    expect(sources.map((source) => source.split('{SocketGatewayApi}')[1]).sort()).toEqual([
      '/*$connect',
      '/*$default',
      '/*$disconnect',
      '/*documents',
      '/*files',
      '/*help',
      '/*search',
      '/*system',
    ]);
  });

  it('is throttled where the stage has limits of its own', () => {
    expect(resourceNamed(synthesize('production').gateway, 'SocketGatewayStage').Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingBurstLimit: 2_000, ThrottlingRateLimit: 4_000 },
    });
  });

  it('deploys itself, measured, with an access log', () => {
    const { Properties } = resourceNamed(stage.gateway, 'SocketGatewayStage');
    expect(Properties).toMatchObject({
      StageName: 'prod',
      AutoDeploy: true,
      DefaultRouteSettings: { DetailedMetricsEnabled: true },
    });
    const { Format } = Properties.AccessLogSettings as { readonly Format: string };
    expect(Format.length).toBeLessThan(3_000);
    expect(JSON.parse(Format)).toMatchObject({ connectionId: '$context.connectionId', routeKey: '$context.routeKey' });
  });
});

describe('the fan-out', () => {
  it('gets records of topics one batch at a time, halves batches that fail, and lets one record hold up its shard for a quarter of an hour at most (row 21)', () => {
    const { Tags, ...properties } = resourceNamed(stage.gateway, 'TopicFanoutEvents').Properties;
    expect({ ...properties, EventSourceArn: text(properties.EventSourceArn, stage) }).toEqual({
      EventSourceArn: '{Topics.StreamArn}',
      FunctionName: { Ref: expect.stringMatching(/^FanoutFunction[0-9A-F]{8}$/) },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 900,
      MaximumRetryAttempts: 60,
      ParallelizationFactor: 1,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^TopicFanoutUndelivered/), 'Arn'] } } },
    });
  });

  it('has a queue for the followers of big topics, an invocation a message, and puts aside what fails three times', () => {
    const { Tags, ...mapping } = resourceNamed(stage.gateway, 'PushFunctionMessages').Properties;
    expect({ ...mapping, EventSourceArn: text(mapping.EventSourceArn, stage) }).toEqual({
      EventSourceArn: '{Pushes.Arn}',
      FunctionName: { Ref: expect.stringMatching(/^PushFunction[0-9A-F]{8}$/) },
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(resourceNamed(stage.gateway, 'Pushes').Properties).toMatchObject({
      MessageRetentionPeriod: 3_600,
      VisibilityTimeout: 360,
      RedrivePolicy: { maxReceiveCount: 3 },
      SqsManagedSseEnabled: true,
    });
    expect(resourceNamed(stage.gateway, 'Unpushed').Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600 });
  });
});
