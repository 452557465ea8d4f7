import { describe, expect, it } from 'vitest';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { type Resource, text } from './templates.js';

const stage = synthesize('local');

interface Method {
  readonly HttpMethod: string;
  readonly ResourceId: unknown;
  readonly Integration: {
    readonly Type: string;
    readonly Uri?: unknown;
    readonly TimeoutInMillis?: number;
    readonly ResponseTransferMode?: string;
    readonly RequestTemplates?: unknown;
    readonly IntegrationResponses?: readonly {
      readonly StatusCode: string;
      readonly ResponseParameters: Readonly<Record<string, string>>;
      readonly ResponseTemplates?: Readonly<Record<string, string>>;
    }[];
  };
}

function methods(template: typeof stage): readonly Method[] {
  return Object.values(resourcesOf(template.gateway, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties as unknown as Method);
}

/** Path of an API Gateway resource, from the parents up. */
function pathOf(resourceId: unknown): string {
  const { Ref } = resourceId as { readonly Ref?: string };
  if (Ref === undefined) return '';
  const { PathPart, ParentId } = (stage.gateway.Resources[Ref] as Resource).Properties;
  return `${pathOf(ParentId)}/${String(PathPart)}`;
}

describe('the REST API', () => {
  it('sends procedures and routes to the function of their service', () => {
    const routes = methods(stage)
      .filter(({ HttpMethod }) => HttpMethod === 'ANY')
      .map(({ ResourceId, Integration }) => [pathOf(ResourceId), /\{(\w+)ServiceFunction\.Arn\}/.exec(text(Integration.Uri, stage))?.[1]]);
    expect(Object.fromEntries(routes)).toEqual({
      '/rpc/documents/{proxy+}': 'documents',
      '/documents': 'documents',
      '/documents/{proxy+}': 'documents',
      '/folders': 'documents',
      '/folders/{proxy+}': 'documents',
      '/rpc/files/{proxy+}': 'files',
      '/files': 'files',
      '/files/{proxy+}': 'files',
      '/rpc/help/{proxy+}': 'help',
      '/rpc/search/{proxy+}': 'search',
      '/search': 'search',
      '/search/{proxy+}': 'search',
      '/rpc/system/{proxy+}': 'system',
      '/health': 'system',
      '/health/{proxy+}': 'system',
      '/whoami': 'system',
      '/whoami/{proxy+}': 'system',
    });
  });

  it('invokes functions as proxies and gives up after 29 seconds', () => {
    for (const { Integration } of methods(stage).filter(({ HttpMethod }) => HttpMethod === 'ANY')) {
      expect(Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', TimeoutInMillis: 29_000 });
    }
  });

  it('hands on what services write as they write it where the stage streams, and tells their functions', () => {
    const streaming = synthesize('local', { streaming: true });
    const modes = methods(streaming)
      .filter(({ HttpMethod }) => HttpMethod === 'ANY')
      .map(({ Integration }) => {
        const uri = text(Integration.Uri, streaming) ?? '';
        return `${/(\w+)Function/.exec(uri)?.[1]} ${Integration.ResponseTransferMode} ${/\/(20[\d-]+)\/.*\/([\w-]+)$/.exec(uri)?.slice(1)}`;
      });
    expect([...new Set(modes)].sort()).toEqual([
      'Identity undefined 2015-03-31,invocations',
      ...['documentsService', 'filesService', 'helpService', 'searchService', 'systemService'].map(
        (name) => `${name} STREAM 2021-11-15,response-streaming-invocations`,
      ),
    ]);
    const told = (template: typeof stage) =>
      Object.entries(resourcesOf(template.gateway, 'AWS::Lambda::Function'))
        .filter(([, { Properties }]) => JSON.stringify(Properties).includes('GATEWAY_STREAMS'))
        .map(([name]) => /^[a-z]*/.exec(name)?.[0])
        .sort();
    expect(told(streaming)).toEqual(['documents', 'files', 'help', 'search', 'system']);
    expect(told(stage)).toEqual([]);
  });

  it('may invoke each function by one permission for the whole API', () => {
    const sources = Object.values(resourcesOf(stage.gateway, 'AWS::Lambda::Permission')).map(({ Properties }) => [
      text(Properties.FunctionName, stage),
      text(Properties.SourceArn, stage),
    ]);
    const api = 'arn:{Partition}:execute-api:{Region}:000000000000:{RestGatewayApi}/*/*/*';
    expect(sources.filter(([, source]) => source?.includes('RestGateway'))).toEqual([
      ['{documentsServiceFunction.Arn}', api],
      ['{filesServiceFunction.Arn}', api],
      ['{systemServiceFunction.Arn}', api],
      ['{searchServiceFunction.Arn}', api],
      ['{helpServiceFunction.Arn}', api],
      ['{IdentityFunction.Arn}', api],
    ]);
  });

  it('is regional, traced and measured, and logs no bodies', () => {
    const [api] = Object.values(resourcesOf(stage.gateway, 'AWS::ApiGateway::RestApi'));
    const [deployed] = Object.values(resourcesOf(stage.gateway, 'AWS::ApiGateway::Stage'));
    expect(api?.Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
    expect(api?.Properties.BinaryMediaTypes).not.toContain('*/*');
    expect(deployed?.Properties).toMatchObject({ StageName: 'prod', TracingEnabled: true });
    expect(deployed?.Properties.MethodSettings).toEqual([
      {
        ResourcePath: '/*',
        HttpMethod: '*',
        DataTraceEnabled: false,
        LoggingLevel: 'ERROR',
        MetricsEnabled: true,
      },
    ]);
  });

  it('is throttled where the stage has limits of its own', () => {
    const [deployed] = Object.values(resourcesOf(synthesize('production').gateway, 'AWS::ApiGateway::Stage'));
    expect(deployed?.Properties.MethodSettings).toMatchObject([{ ThrottlingBurstLimit: 2_000, ThrottlingRateLimit: 2_000 }]);
  });

  it('logs every request as a line of JSON', () => {
    const { Properties } = resourceNamed(stage.gateway, 'RestGatewayApiDeploymentStageprod');
    const { Format } = Properties.AccessLogSetting as { readonly Format: string };
    expect(Format.length).toBeLessThan(3_000);
    expect(JSON.parse(Format)).toMatchObject({
      requestId: '$context.requestId',
      status: '$context.status',
      'error.responseType': '$context.error.responseType',
      xrayTraceId: '$context.xrayTraceId',
    });
  });
});

describe('a preflight', () => {
  const preflights = methods(stage).filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');

  it('is answered on every resource and the root', () => {
    expect(new Set(preflights.map(({ ResourceId }) => pathOf(ResourceId)))).toEqual(
      new Set(['', ...Object.keys(resourcesOf(stage.gateway, 'AWS::ApiGateway::Resource')).map((Ref) => pathOf({ Ref }))]),
    );
    expect(preflights).toHaveLength(26);
  });

  it('allows all origins, the five methods, and every header with Authorization by name, for ten days', () => {
    for (const { Integration } of preflights) {
      expect(Integration.Type).toBe('MOCK');
      expect(Integration.IntegrationResponses).toEqual([
        {
          StatusCode: '204',
          ResponseParameters: {
            'method.response.header.Access-Control-Allow-Origin': "'*'",
            'method.response.header.Access-Control-Allow-Methods': "'GET,POST,DELETE,HEAD,OPTIONS'",
            'method.response.header.Access-Control-Allow-Headers':
              "'Authorization,Content-Type,Accept,Idempotency-Key,Trpc-Accept,Traceparent,Tracestate,X-Amzn-Trace-Id,X-Api-Key,X-Deadline-Ms,X-Idempotency-Key,X-Request-Id,X-Trpc-Source,*'",
            'method.response.header.Access-Control-Expose-Headers': "'X-Request-Id,Retry-After,Allow,X-Amzn-RequestId'",
            'method.response.header.Access-Control-Max-Age': "'864000'",
          },
        },
      ]);
    }
  });

  it('allows one origin when the stage has one', () => {
    const [preflight] = methods(synthesize('production')).filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');
    expect(preflight?.Integration.IntegrationResponses?.[0]?.ResponseParameters).toMatchObject({
      'method.response.header.Access-Control-Allow-Origin': "'https://app.example.com'",
      'method.response.header.Vary': "'Origin'",
    });
  });

  it('allows the origin that asks when the stage has several', () => {
    const several = synthesize('local', { allowedOrigins: ['https://app.example.com', 'https://admin.example.com'] });
    const [preflight] = methods(several).filter(({ HttpMethod }) => HttpMethod === 'OPTIONS');
    const template = Object.values(preflight?.Integration.IntegrationResponses?.[0]?.ResponseTemplates ?? {}).join();
    expect(template).toContain('https://admin.example.com');
    expect(template).toContain('$context.responseOverride.header.Access-Control-Allow-Origin');
    const { Environment } = resourceNamed(several.gateway, 'systemServiceFunction').Properties as {
      readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
    };
    expect(Environment.Variables.GATEWAY_ALLOWED_ORIGIN).toBe('https://app.example.com https://admin.example.com');
  });
});

describe('a gateway response', () => {
  /** Type, status, JSON-RPC number, code: AWS's response types against PROTOCOL.md section 4. */
  const EXPECTED = [
    ['ACCESS_DENIED', 403, -32003, 'FORBIDDEN'],
    ['API_CONFIGURATION_ERROR', 500, -32603, 'INTERNAL_SERVER_ERROR'],
    ['AUTHORIZER_CONFIGURATION_ERROR', 500, -32603, 'INTERNAL_SERVER_ERROR'],
    ['AUTHORIZER_FAILURE', 500, -32603, 'INTERNAL_SERVER_ERROR'],
    ['BAD_REQUEST_BODY', 400, -32600, 'BAD_REQUEST'],
    ['BAD_REQUEST_PARAMETERS', 400, -32600, 'BAD_REQUEST'],
    ['DEFAULT_4XX', 400, -32600, 'BAD_REQUEST'],
    ['DEFAULT_5XX', 500, -32603, 'INTERNAL_SERVER_ERROR'],
    ['EXPIRED_TOKEN', 403, -32003, 'FORBIDDEN'],
    ['INTEGRATION_FAILURE', 502, -32603, 'BAD_GATEWAY'],
    ['INTEGRATION_TIMEOUT', 504, -32603, 'GATEWAY_TIMEOUT'],
    ['INVALID_API_KEY', 403, -32003, 'FORBIDDEN'],
    ['INVALID_SIGNATURE', 403, -32003, 'FORBIDDEN'],
    ['MISSING_AUTHENTICATION_TOKEN', 404, -32004, 'NOT_FOUND'],
    ['QUOTA_EXCEEDED', 429, -32029, 'TOO_MANY_REQUESTS'],
    ['REQUEST_TOO_LARGE', 413, -32013, 'PAYLOAD_TOO_LARGE'],
    ['RESOURCE_NOT_FOUND', 404, -32004, 'NOT_FOUND'],
    ['THROTTLED', 429, -32029, 'TOO_MANY_REQUESTS'],
    ['UNAUTHORIZED', 401, -32001, 'UNAUTHORIZED'],
    ['UNSUPPORTED_MEDIA_TYPE', 415, -32015, 'UNSUPPORTED_MEDIA_TYPE'],
    ['WAF_FILTERED', 403, -32003, 'FORBIDDEN'],
  ] as const;

  interface GatewayResponse {
    readonly ResponseType: string;
    readonly StatusCode: string;
    readonly ResponseParameters: Readonly<Record<string, string>>;
    readonly ResponseTemplates: Readonly<Record<string, string>>;
  }

  function responses(template: typeof stage): ReadonlyMap<string, GatewayResponse> {
    const found = Object.values(resourcesOf(template.gateway, 'AWS::ApiGateway::GatewayResponse'));
    return new Map(found.map(({ Properties }) => [String(Properties.ResponseType), Properties as unknown as GatewayResponse]));
  }

  it('exists for every type that AWS has', () => {
    expect([...responses(stage).keys()].sort()).toEqual(EXPECTED.map(([type]) => type));
  });

  it.each(EXPECTED)('%s is %i with the body of a wire error', (type, status, number, code) => {
    const response = responses(stage).get(type);
    expect(response?.StatusCode).toBe(String(status));
    expect(Object.keys(response?.ResponseTemplates ?? {})).toEqual(['application/json']);
    // What AWS says comes with its quotes; only of services for AWS identities it says more than ours.
    const saysAws = ['ACCESS_DENIED', 'EXPIRED_TOKEN', 'INVALID_SIGNATURE'].includes(type);
    const template = response?.ResponseTemplates['application/json'] ?? '';
    expect(template.includes('"message":$context.error.messageString,')).toBe(saysAws);
    expect(JSON.parse(template.replace('$context.error.messageString', '"User: …"'))).toEqual({
      error: {
        message: expect.stringMatching(/^[A-Z]/),
        code: number,
        data: { code, httpStatus: status, requestId: '$context.requestId' },
      },
    });
  });

  it('P5.14 is data and nothing else to a browser', () => {
    for (const { ResponseParameters } of responses(stage).values()) {
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.x-content-type-options': "'nosniff'",
        'gatewayresponse.header.content-security-policy': "'default-src 'none'; frame-ancestors 'none''",
        'gatewayresponse.header.strict-transport-security': "'max-age=63072000; includeSubDomains'",
        'gatewayresponse.header.referrer-policy': "'no-referrer'",
      });
    }
  });

  it('can be read across origins', () => {
    for (const { ResponseParameters } of responses(stage).values()) {
      expect(ResponseParameters).toMatchObject({
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        'gatewayresponse.header.Access-Control-Expose-Headers': "'X-Request-Id,Retry-After,Allow,X-Amzn-RequestId'",
      });
    }
  });

  it('can be read by the one origin of a stage, and by all when there are several to choose from', () => {
    const origin = 'gatewayresponse.header.Access-Control-Allow-Origin';
    expect(responses(synthesize('production')).get('THROTTLED')?.ResponseParameters[origin]).toBe("'https://app.example.com'");
    const several = synthesize('local', { allowedOrigins: ['https://app.example.com', 'https://admin.example.com'] });
    expect(responses(several).get('THROTTLED')?.ResponseParameters[origin]).toBe("'*'");
  });

  it('says when to come back after throttling', () => {
    expect(responses(stage).get('THROTTLED')?.ResponseParameters['gatewayresponse.header.Retry-After']).toBe("'1'");
  });
});
