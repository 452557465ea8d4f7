/**
 * SageMaker's runtime API: `InvokeEndpoint` and `InvokeEndpointWithResponseStream`, answered by the processes that stand for the endpoints'
 * containers. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Runtime.html
 *
 * Asynchronous inference and streams in both directions are not served, and nothing of the control plane.
 */
import { denialMessage } from '../../iam/authorize.js';
import type { Report } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { jsonErrorResponse } from '../../wire/aws-json.js';
import { decodeUri, splitUrl } from '../../wire/uri-encoding.js';
import type { WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { asAwsError, readWhole, streamedAnswer, wholeAnswer } from './answers.js';
import { callModel, type ModelAnswer } from './call-model.js';
import { Container } from './container.js';
import { type EndpointDefinition, endpointArn, type ModelDefinition, readEndpoints, type VariantDefinition } from './definition.js';
import { bodyTooLong, modelError, serviceUnavailable, validationError } from './errors.js';

/**
 * Of a request: https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html, and for serverless endpoints
 * https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html
 */
const maxBodyBytes = { instances: 6 * 1024 * 1024, serverless: 4 * 1024 * 1024 } as const;

/** A model has a minute to answer. */
const headLimitMs = 60_000;

/** A stream has eight minutes to end: https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html */
const streamLimitMs = 480_000;

/** A variant with its container, when there is one, and how often it was chosen. */
interface Target {
  readonly variant: VariantDefinition;
  readonly container: Container | undefined;
  served: number;
}

/** Starts the service; no container runs before its first request. */
export async function startSageMaker(parts: ServiceParts): Promise<RunningService> {
  const endpoints = new Map(readEndpoints(parts.stacks).map((endpoint) => [endpoint.name, targetsOf(endpoint, parts)]));
  return {
    handle: async (request) => {
      try {
        return await invoke(request, parts, endpoints);
      } catch (error) {
        if (error instanceof AwsError) return jsonErrorResponse(error, 'application/json');
        throw error;
      }
    },
    async close() {
      await Promise.all([...endpoints.values()].flat().map(({ container }) => container?.close()));
    },
  };
}

function targetsOf(endpoint: EndpointDefinition, { clock, report }: ServiceParts): Target[] {
  return endpoint.variants.map((variant) => {
    const { model } = variant;
    if (model.script === undefined) reportMissing(endpoint.name, model, report);
    const container =
      model.script === undefined
        ? undefined
        : new Container({ model: { ...model, script: model.script }, endpointName: endpoint.name, clock, report });
    return { variant, container, served: 0 };
  });
}

const path = /^\/endpoints\/([^/]+)\/(invocations|invocations-response-stream)$/;

async function invoke(request: WireRequest, parts: ServiceParts, endpoints: ReadonlyMap<string, Target[]>): Promise<WireResponse> {
  const [, encodedName, operation] = path.exec(splitUrl(request.url).path) ?? [];
  if (request.method !== 'POST' || encodedName === undefined) throw unknownOperation(request);
  const endpointName = decodeUri(encodedName);
  const streams = operation === 'invocations-response-stream';
  checkAllowed(request, parts, { endpointName, streams });
  const targets = endpoints.get(endpointName);
  if (targets === undefined) throw validationError(`Endpoint ${endpointName} of account ${parts.environment.accountId} not found.`);
  const target = chooseTarget(targets, header(request, 'x-amzn-sagemaker-target-variant'), endpointName);
  checkRequest(request, target);
  const answer = await askModel({ request, parts, endpointName, target, streams });
  const variantName = target.variant.name;
  return streams ? streamedAnswer(answer, variantName) : wholeAnswer(answer, variantName, { endpointName, environment: parts.environment });
}

function checkAllowed(
  { principal }: WireRequest,
  { authorize, environment }: ServiceParts,
  { endpointName, streams }: { endpointName: string; streams: boolean },
): void {
  const action = streams ? 'sagemaker:InvokeEndpointWithResponseStream' : 'sagemaker:InvokeEndpoint';
  const question = { principal, action, resource: endpointArn(endpointName, environment), context: {} };
  const { allowed, message = denialMessage(question) } = authorize(question);
  if (!allowed) throw new AwsError({ code: 'AccessDeniedException', message, statusCode: 403 });
}

/** The variant that was asked for, or the one that is furthest behind its share. */
function chooseTarget(targets: readonly Target[], asked: string | undefined, endpointName: string): Target {
  if (asked !== undefined) {
    const found = targets.find(({ variant }) => variant.name === asked);
    if (found === undefined) throw validationError(`Variant ${asked} not found for Endpoint ${endpointName}`);
    return found;
  }
  const [behind] = targets
    .filter(({ variant }) => variant.weight > 0)
    .sort((left, right) => left.served / left.variant.weight - right.served / right.variant.weight);
  if (behind === undefined) throw validationError(`Endpoint ${endpointName} has no variant that takes traffic`);
  behind.served += 1;
  return behind;
}

/** Headers of features that are not served; the value is what a template would need for them. */
const unserved = {
  'x-amzn-sagemaker-target-model': 'a multi-model endpoint',
  'x-amzn-sagemaker-target-container-hostname': 'an endpoint with several containers',
  'x-amzn-sagemaker-inference-component': 'inference components',
} as const;

function checkRequest(request: WireRequest, { variant }: Target): void {
  const maxBytes = variant.serverless ? maxBodyBytes.serverless : maxBodyBytes.instances;
  if (request.body.length > maxBytes) throw bodyTooLong(maxBytes);
  for (const [name, needed] of Object.entries(unserved)) {
    if (header(request, name) !== undefined) throw validationError(`${name} was sent, which needs ${needed}; the endpoint has one model`);
  }
  const attributes = header(request, 'x-amzn-sagemaker-custom-attributes') ?? '';
  if (!/^[ -~]{0,1024}$/.test(attributes)) {
    throw validationError('CustomAttributes: expected at most 1024 visible ASCII characters');
  }
}

interface Question {
  readonly request: WireRequest;
  readonly parts: ServiceParts;
  readonly endpointName: string;
  readonly target: Target;
  readonly streams: boolean;
}

/** The model's answer with a good status. */
async function askModel({ request, parts, endpointName, target, streams }: Question): Promise<ModelAnswer> {
  const { container, variant } = target;
  if (container === undefined) throw serviceUnavailable(missingScript(endpointName, variant.model));
  const availability = await container.available();
  if (!availability.ok) throw serviceUnavailable(`Endpoint ${endpointName}: ${availability.reason}`);
  const where = { endpointName, environment: parts.environment };
  const answer = await callModel({
    address: availability.address,
    headers: passedOn(request, streams),
    body: request.body,
    clock: parts.clock,
    headLimitMs,
    totalLimitMs: streams ? streamLimitMs : headLimitMs,
  }).catch((error: unknown) => {
    throw asAwsError(error, where);
  });
  container.answered();
  if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
  const message = (await readWhole(answer, where)).toString('utf8');
  throw modelError({ ...where, statusCode: answer.statusCode, message });
}

/** SageMaker strips all other headers. */
function passedOn(request: WireRequest, streams: boolean): Record<string, string> {
  const names = {
    'content-type': 'content-type',
    accept: streams ? 'x-amzn-sagemaker-accept' : 'accept',
    'x-amzn-sagemaker-custom-attributes': 'x-amzn-sagemaker-custom-attributes',
    'x-amzn-sagemaker-inference-id': 'x-amzn-sagemaker-inference-id',
    'x-amzn-sagemaker-session-id': 'x-amzn-sagemaker-session-id',
  };
  const entries = Object.entries(names).map(([to, from]) => [to, header(request, from)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function reportMissing(endpointName: string, model: ModelDefinition, report: Report): void {
  report({ level: 'warn', part: 'sagemaker', message: missingScript(endpointName, model) });
}

function missingScript(endpointName: string, { name, image }: ModelDefinition): string {
  return (
    `Endpoint ${endpointName}: model ${name} has an image (${image}), and the local stage runs no images; ` +
    'name a Node.js program in the metadata of the model, "local-stage:container": { "script": "path" }'
  );
}

function unknownOperation({ method, url }: WireRequest): AwsError {
  const message = `${method} ${url} is not served by the local stage`;
  return new AwsError({ code: 'UnknownOperationException', message, statusCode: 404 });
}

function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
