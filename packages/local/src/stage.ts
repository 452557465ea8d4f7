/**
 * The stage: puts the parts together around one cloud assembly, in the only order that works.
 *
 *   assembly -> resolved stacks -> ports -> keys -> AWS endpoint -> tables and buckets -> local URLs -> policies
 *            -> functions -> gateways -> event source mappings -> site
 *
 * It ends backwards, the mappings together with the functions: the gateways let requests and `$disconnect` end while everything they need
 * is still there. Everything listens on 127.0.0.1 only. What cannot start ends what had started before, so a failure leaves nothing behind.
 */
import { systemClock } from './clock.js';
import { createStores } from './create-stores.js';
import { createCredentials } from './credentials.js';
import { emptyDataFolder } from './data-folder.js';
import { openEventSources } from './event-sources.js';
import { createFaultBoard } from './faults/board.js';
import { createConnectionsForwarder } from './forward-connections.js';
import { injectSocketFaults } from './gateway/socket-faults.js';
import { placeApis, type RunningApis, startApis } from './gateway-apis.js';
import type { Authorize } from './iam/authorize.js';
import { decisionsDocument } from './iam/decisions-document.js';
import type { Evaluator } from './iam/evaluator.js';
import { createVerifier } from './iam/sigv4.js';
import { openIssuer, placeIssuer } from './issuer/place-issuer.js';
import { readFunctions } from './lambda/definition.js';
import { createDestinations, type Destinations } from './lambda/destinations.js';
import { createLambdaHost, type LambdaHost } from './lambda/host.js';
import { createInvokeApi } from './lambda/invoke-api.js';
import type { RunningMapping } from './lambda/running-mapping.js';
import type { Invoke, Report, ResolvedStack } from './parts.js';
import { PortReservations } from './ports.js';
import type { AwsEndpoint } from './services/endpoint.js';
import type { Neighbours } from './services/neighbours.js';
import { isWanted } from './services/service-module.js';
import { startWhenCalled } from './services/start-when-called.js';
import { userId } from './services/sts/user-id.js';
import type { Ground, OnClose } from './stage-ground.js';
import { openIam, openSts } from './stage-iam.js';
import type { Stage, StageConnection, StageOptions, StageUrls } from './stage-options.js';
import { modulesOf, openStandInOf, storesOf } from './stage-stand-in.js';
import { loadAssembly } from './template/assembly.js';
import { withLocalOrigins } from './template/local-origins.js';
import { environmentOf, resolveAssembly } from './template/resolve.js';
import type { OpenHandler, WireHandler } from './wire/wire-handler.js';

/** An IP and not `localhost`: with a host name the S3 client would look up `bucket.localhost`. */
const host = '127.0.0.1';

/**
 * Starts a synthesized cloud assembly on this machine.
 *
 * @throws StageError `ASSEMBLY_UNREADABLE`, `TEMPLATE_INVALID`, `PORT_BUSY`, `RESOURCE_REFUSED`, `SITE_UNREADABLE`, `STAND_IN_UNUSABLE`
 */
export async function startStage(options: StageOptions): Promise<Stage> {
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeAll(closers);
    return closing;
  };
  // What the end of the stage cuts off is no news.
  const report: Report = (entry) => (closing === undefined ? options.report?.(entry) : undefined);
  try {
    return { ...(await openStage({ ...options, report }, (closer) => closers.push(closer))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openStage(options: StageOptions, onClose: OnClose): Promise<Omit<Stage, 'close'>> {
  const ground = await prepare(options, onClose);
  if (options.fresh === true && options.dataDir !== undefined) await emptyDataFolder(options.dataDir);
  const late: LateParts = { services: new Map(), open: new Map() };
  late.services.set('lambda', (request) => createInvokeApi(late.lambda!, late.iam!.authorize)(request));
  late.services.set(
    'execute-api',
    createConnectionsForwarder(() => late.socketOrigin),
  );
  const endpoint = await openEndpoint(ground, late);
  const stacks = withLocalOrigins(ground.resolved, {
    apis: new Map(ground.apis.map((api) => [api.apiId, `${host}:${api.port}`])),
    awsUrl: endpoint.url,
    ...(ground.issuer === undefined ? {} : { issuer: ground.issuer }),
    streamArns: await createStores(ground.resolved, endpoint),
  });
  const issuer = await openIssuer(ground);
  const iam = openIam(ground, stacks);
  late.iam = iam;
  late.services.set('sts', await openSts(ground, iam));
  const invoke: Invoke = (...call) => late.lambda!.invoke(...call);
  const neighbours: Neighbours = {};
  const { authorize, replacePolicy } = iam;
  await openServices(ground, { stacks, invoke, neighbours, authorize, replacePolicy, awsUrl: endpoint.url, late });
  const { principalOf } = ground.credentials;
  const destinations = createDestinations({ neighbours, invoke, principalOf, authorize: iam.authorize, report: ground.report });
  const mappings: RunningMapping[] = [];
  const lambda = openLambda(ground, { stacks, awsUrl: endpoint.url, mappings, destinations });
  late.lambda = lambda;
  if (options.prewarm === true) void lambda.prewarm();
  const gateways = await openGateways(ground, { stacks, lambda, iam });
  const [socketApi] = gateways.socket;
  if (socketApi !== undefined) late.socketOrigin = new URL(socketApi.managementUrl).origin;
  const openSources = options.onlyServices === true ? async () => undefined : openEventSources;
  await openSources({
    ...{ stacks, neighbours, destinations, mappings, clock: ground.clock, report: ground.report, faults: ground.faults },
    lambda,
    authorize: iam.authorize,
    principalOf,
    streams: endpoint.streams,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(ground.standIn?.serves('dynamodb') === true ? { streamsAt: ground.standIn.origin } : {}),
  });
  const urls: StageUrls = {
    awsUrl: endpoint.url,
    ...(gateways.rest[0] === undefined ? {} : { restUrl: gateways.rest[0].url }),
    ...(socketApi === undefined ? {} : { socketUrl: socketApi.url }),
    ...(ground.sitePort === undefined ? {} : { siteUrl: `http://${host}:${ground.sitePort}` }),
    ...(issuer === undefined ? {} : { issuerUrl: issuer.url }),
  };
  await openSite(ground, urls, iam);
  return {
    ...urls,
    environment: ground.environment,
    outputs: outputsOf(stacks),
    operator: ground.credentials.operator,
    ...(issuer === undefined ? {} : { issuer }),
    functions: lambda.functionNames,
    invoke: lambda.invoke,
    connections: () => gateways.socket.flatMap((api) => [...api.connections()]).sort(byAge),
    drop: (connectionId) => {
      for (const api of gateways.socket) api.drop(connectionId);
    },
    decisions: (limit) => iam.decisions(limit),
    unusedGrants: () => iam.unusedGrants(),
    withhold: (right) => iam.withhold(right),
    inject: (fault) => ground.faults.inject(fault),
  };
}

async function prepare(options: StageOptions, onClose: OnClose): Promise<Ground> {
  const { clock = systemClock, report = () => undefined, ports = {}, site } = options;
  // Its code is read while the assembly is.
  void import('./services/endpoint.js');
  const assembly = await loadAssembly(options.assembly);
  const environment = environmentOf(assembly, options.environment);
  const resolved = resolveAssembly(assembly, { environment, report, parameters: options.parameters ?? {} });
  const reservations = new PortReservations(host);
  const apis = options.onlyServices === true ? [] : await placeApis(resolved, { reservations, ports, report });
  const awsPort = await reservations.reserve({ name: 'the AWS endpoint', setting: 'ports.aws (--aws-port)' }, ports.aws);
  const sitePurpose = { name: 'the web site', setting: 'site.port (--site-port)' };
  const sitePort = site && (await reservations.reserve(sitePurpose, site.port));
  const issuer = options.onlyServices === true ? undefined : await placeIssuer(resolved, { reservations, port: ports.issuer, host });
  const credentials = createCredentials(resolved, environment);
  const { faults: switches = {}, random = Math.random } = options;
  const faults = createFaultBoard({ clock, report, random: switches.random ?? random });
  injectSocketFaults(faults, switches);
  const standIn = await openStandInOf({ options, environment, report, onClose });
  return { options, clock, report, environment, resolved, apis, awsPort, sitePort, issuer, credentials, standIn, faults, onClose };
}

/** What the AWS endpoint passes calls on to, which starts after it. */
interface LateParts {
  /** Reads the policies, which name the streams that the endpoint made. */
  iam?: Evaluator;
  /** Handlers by signing name. */
  readonly services: Map<string, WireHandler>;
  /** Handlers that also take callers without a signature, by the beginning of their paths. */
  readonly open: Map<string, OpenHandler>;
  lambda?: LambdaHost;
  socketOrigin?: string;
}

async function openEndpoint(ground: Ground, late: LateParts): Promise<AwsEndpoint> {
  const { clock, report, environment, credentials, awsPort } = ground;
  const { dataDir, serviceFaults } = ground.options;
  const { startAwsEndpoint } = await import('./services/endpoint.js');
  const authorize: Authorize = (request) => late.iam!.authorize(request);
  const endpoint = await startAwsEndpoint({
    environment,
    credentials: credentials.store,
    clock,
    report,
    port: awsPort,
    host,
    ...(dataDir === undefined ? {} : { dataDir }),
    extra: late.services,
    open: late.open,
    authorize,
    ...(await storesOf(ground, authorize)),
    ...(serviceFaults === undefined ? {} : { faults: serviceFaults }),
    callFaults: { board: ground.faults, clock, kill: ({ arn }) => late.lambda?.kill(arn.slice(arn.lastIndexOf('/') + 1)) },
  });
  ground.onClose(() => endpoint.close());
  return endpoint;
}

/** Starts the services that the assembly has resources of. */
async function openServices(
  ground: Ground,
  at: {
    stacks: readonly ResolvedStack[];
    invoke: Invoke;
    neighbours: Neighbours;
    authorize: Authorize;
    replacePolicy: Evaluator['replacePolicy'];
    awsUrl: string;
    late: LateParts;
  },
): Promise<void> {
  const { clock, report, environment } = ground;
  const { dataDir, serviceFaults } = ground.options;
  const { late, ...parts } = at;
  for (const module of (await modulesOf(ground)).filter((candidate) => isWanted(candidate, at.stacks))) {
    const started = {
      ...parts,
      environment,
      clock,
      report,
      ...(serviceFaults === undefined ? {} : { faults: serviceFaults }),
      ...(dataDir === undefined ? {} : { dataDir }),
    };
    const service = module.whenCalled ? startWhenCalled(module, started) : await module.start(started);
    ground.onClose(() => service.close());
    for (const name of module.signingNames) late.services.set(name, service.handle);
    if (service.open !== undefined) late.open.set(service.open.pathPrefix, service.open.handle);
  }
}

function openLambda(
  ground: Ground,
  at: { stacks: readonly ResolvedStack[]; awsUrl: string; mappings: readonly RunningMapping[]; destinations: Destinations },
): LambdaHost {
  const { stacks, awsUrl, mappings, destinations } = at;
  const { clock, report, environment, credentials } = ground;
  const { logs, idleFunctionMs: idleMs } = ground.options;
  const lambda = createLambdaHost({
    functions: readFunctions(stacks, environment),
    environment,
    credentialsOf: (functionName) => credentials.ofFunction(functionName),
    awsUrl,
    clock,
    report,
    destinations,
    faults: ground.faults,
    idleMs,
    ...(logs === undefined ? {} : { logs }),
  });
  // At the same time: a batch under way would hold up the end of the stage until the timeout of its function.
  ground.onClose(async () => void (await Promise.all([...mappings.map((mapping) => mapping.close()), lambda.close()])));
  return lambda;
}

function openGateways(
  ground: Ground,
  { stacks, lambda, iam }: { stacks: readonly ResolvedStack[]; lambda: LambdaHost; iam: Evaluator },
): Promise<RunningApis> {
  const { clock, report, environment, credentials, faults, onClose } = ground;
  const { random } = ground.options;
  return startApis(ground.apis, {
    stacks,
    environment,
    invoke: lambda.invoke,
    authorize: iam.authorize,
    userIdOf: ({ arn }) => userId(arn, iam.roles),
    verify: createVerifier(credentials.store, clock),
    clock,
    report,
    host,
    onClose,
    faults,
    ...(random === undefined ? {} : { random }),
  });
}

async function openSite(ground: Ground, urls: StageUrls, iam: Evaluator): Promise<void> {
  const { site } = ground.options;
  if (site === undefined || ground.sitePort === undefined) return;
  const { startStaticSite } = await import('./static-site.js');
  const running = await startStaticSite({
    directory: site.directory,
    port: ground.sitePort,
    host,
    config: () => site.config(urls),
    documents: { '/_stage/decisions': (query) => decisionsDocument(iam, query) },
  });
  ground.onClose(() => running.close());
}

function outputsOf(stacks: readonly ResolvedStack[]): Record<string, string> {
  const entries = stacks.flatMap((stack) => Object.entries(stack.outputs).map(([name, value]) => ({ stack: stack.name, name, value })));
  const unique = entries.filter(({ name }) => entries.filter((other) => other.name === name).length === 1);
  return Object.fromEntries([
    ...unique.map(({ name, value }) => [name, value] as const),
    ...entries.map(({ stack, name, value }) => [`${stack}.${name}`, value] as const),
  ]);
}

/** Last started, first ended. One that fails to end does not keep the others. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const closer of [...closers].reverse()) await closer().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'the stage did not end cleanly');
}

function byAge(left: StageConnection, right: StageConnection): number {
  return left.connectedAtMs - right.connectedAtMs;
}
