/** Models for tests: Node.js programs in a folder of their own, behind endpoints that are read from resolved resources. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { type Authorize, allowAll } from '../../iam/authorize.js';
import type { ResolvedResource } from '../../parts.js';
import { environment, type Fixture, onCleanup, operatorKeys, startFixture, temporaryFolder } from '../fixture.test.support.js';
import { startSageMaker } from './service.js';

/** What a test model does with a request: the body of a function of `request`, `response`, `body` (text) and `server`. */
export type ModelCode = string;

/** Writes a model that answers `/ping`, and `/invocations` by the given code. */
export async function writeModel(code: ModelCode, start = ''): Promise<string> {
  const script = join(await temporaryFolder(), 'model.mjs');
  const source = `
    import { createServer } from 'node:http';
    const server = createServer(async (request, response) => {
      if (request.url === '/ping') return response.end();
      let body = '';
      for await (const piece of request) body += piece;
      ${code}
    });
    ${start}
    server.listen(Number(process.env.SAGEMAKER_BIND_TO_PORT));
  `;
  await writeFile(script, source);
  return script;
}

const resource = (type: string, physicalId: string, rest: Partial<ResolvedResource>): ResolvedResource => ({
  logicalId: physicalId.replace(/[^A-Za-z0-9]/g, ''),
  type: `AWS::SageMaker::${type}`,
  physicalId: `arn:aws:sagemaker:eu-west-1:123456789012:${physicalId}`,
  properties: {},
  metadata: {},
  ...rest,
});

/** The resources of an endpoint with a variant per script; `undefined` is a model with nothing but an image. */
export function endpointResources(scripts: Readonly<Record<string, string | undefined>>, variant: object = {}): ResolvedResource[] {
  const models = Object.entries(scripts).map(([name, script]) =>
    resource('Model', `model/${name.toLowerCase()}`, {
      properties: { ModelName: name, PrimaryContainer: { Image: 'images/classifier:1', Environment: { GREETING: `from ${name}` } } },
      metadata: script === undefined ? {} : { 'local-stage:container': { script } },
    }),
  );
  const variants = Object.keys(scripts).map((name) => ({
    VariantName: `Variant${name}`,
    ModelName: name,
    InitialVariantWeight: 1,
    ...variant,
  }));
  return [
    ...models,
    resource('EndpointConfig', 'endpoint-config/classifier', { properties: { ProductionVariants: variants } }),
    resource('Endpoint', 'endpoint/classifier', { properties: { EndpointName: 'Classifier', EndpointConfigName: 'classifier' } }),
  ];
}

/** An AWS endpoint that serves the endpoints among the resources, and a client of the operator. */
export async function startModels(
  resources: readonly ResolvedResource[],
  { authorize = allowAll }: { readonly authorize?: Authorize } = {},
): Promise<Fixture & { readonly client: SageMakerRuntimeClient }> {
  const handlers = new Map();
  const fixture = await startFixture({ extra: handlers });
  const service = await startSageMaker({
    stacks: [{ name: 'S', resources, outputs: {} }],
    environment,
    awsUrl: fixture.endpoint.url,
    clock: fixture.clock,
    report: (entry) => void fixture.reports.push(entry),
    authorize,
    invoke: () => Promise.reject(new Error('no functions here')),
  });
  onCleanup(() => service.close());
  handlers.set('sagemaker', service.handle);
  const client = new SageMakerRuntimeClient({
    endpoint: fixture.endpoint.url,
    region: environment.region,
    credentials: operatorKeys,
    maxAttempts: 1,
  });
  onCleanup(() => client.destroy());
  return { ...fixture, client };
}
