/**
 * Runs one REST API of a resolved stack as a local HTTP listener. Everything comes from the template: resources, methods, integrations, mocks,
 * gateway responses, throttling, validators, access log. What each behaviour of AWS became here is in FIDELITY.md.
 *
 * Not here: authorizers other than IAM, resource policies, API keys, usage plans, caching, WAF, custom domains. A template that needs one of the first two
 * or an integration that is neither AWS_PROXY nor MOCK does not start.
 */
import { createServer } from 'node:http';
import type { Authorize } from '../iam/authorize.js';
import type { Clock, Environment, Invoke, Principal, Report, ResolvedStack, VerifySignature } from '../parts.js';
import { createIamAuthorization } from './iam-authorization.js';
import { createInvokePermission } from './invoke-permission.js';
import { listen } from './listen.js';
import { handleRestRequest, type RestSurroundings } from './rest-handler.js';
import { readRestModel } from './rest-model.js';
import { orRefuse } from './template-refusal.js';
import { createMethodThrottle } from './throttle-rules.js';

/** Room for oversized headers, so that the 10,240 byte rule answers instead of Node's parser. */
const NODE_MAX_HEADER_BYTES = 128 * 1024;

/** What a REST API runs on. */
export interface RestApiOptions {
  readonly stack: ResolvedStack;
  /** Logical id of the `AWS::ApiGateway::RestApi`. */
  readonly restApiId: string;
  readonly environment: Environment;
  readonly invoke: Invoke;
  /** Checks the signatures of requests to methods with `AWS_IAM`. */
  readonly verify: VerifySignature;
  /** The unique id of who signed. */
  readonly userIdOf: (principal: Principal) => string;
  /** Asked before every call of a function, and of callers that sign. */
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly report: Report;
  /** 0 for any free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Source of ids, in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** A running REST API. */
export interface RunningRestApi {
  /** `http://127.0.0.1:PORT/STAGE`, without a slash at the end. */
  readonly url: string;
  /** Takes no new connections, answers the requests under way for a second at most, then cuts every connection. */
  close(): Promise<void>;
}

/**
 * Starts the API.
 *
 * @throws StageError `TEMPLATE_INVALID` when the template is inconsistent or asks for something this stage does not run; `PORT_BUSY`
 */
export async function startRestApi(options: RestApiOptions): Promise<RunningRestApi> {
  const { stack, environment, clock, host = '127.0.0.1' } = options;
  const model = orRefuse(stack.name, () => readRestModel(stack, options.restApiId));
  const surroundings: RestSurroundings = {
    model,
    environment,
    clock,
    invoke: options.invoke,
    report: options.report,
    random: options.random ?? Math.random,
    mayInvoke: createInvokePermission(options.authorize, environment),
    authorizeByIam: createIamAuthorization(options),
    throttle: createMethodThrottle(model.throttleRules, clock),
  };
  const server = createServer({ maxHeaderSize: NODE_MAX_HEADER_BYTES }, (incoming, outgoing) => {
    void handleRestRequest(surroundings, incoming, outgoing);
  });
  const listening = await listen(server, options.port, host);
  return { url: `http://${host}:${listening.port}/${model.stageName}`, close: listening.close };
}
