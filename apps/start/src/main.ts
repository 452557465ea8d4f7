/**
 * `npm start`, after everything is built: the local stage with the web page on it, and documents to look at. SIGINT and SIGTERM close it
 * cleanly; whatever was acknowledged is on disk either way.
 */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { services, workers } from '@org/api/services';
import { createGatewayClient } from '@org/gateway-client';
import { type Stage, standInOfEnvironment, startStage } from '@org/gateway-local';
import { explainDenials } from '@org/gateway-server/service';
import { collectMarkdown } from './collect-markdown.js';
import { type ImportProgress, importDocuments } from './import-documents.js';
import { HELP, readOptions, type StartOptions } from './options.js';

/** What the page asks the issuer for: who it is, tokens without another sign-in, and the scopes of the contract. */
const SCOPE = 'openid profile email offline_access search:rebuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  const dataDir = resolve(root, options.dataDirectory);
  const standIn = standInOfEnvironment();
  const stage: Stage = await startStage({
    ...(standIn === undefined ? {} : { standIn }),
    assembly: synthesized(options.stage),
    dataDir,
    fresh: options.fresh,
    explainDenial: explainDenials([...services, ...workers]),
    ports: options.ports,
    site: {
      directory: join(root, 'apps', 'web', 'dist', 'site'),
      port: options.ports.site,
      config: ({ restUrl, socketUrl, issuerUrl }) => ({
        restUrl,
        socketUrl,
        graph: stage.outputs.LibraryUrl !== undefined,
        identity: issuerUrl && { issuer: issuerUrl, clientId: stage.issuer?.clientId, scope: SCOPE },
      }),
    },
    report: ({ level, part, message }) => level !== 'info' && console.warn(`${level} ${part}: ${message}`),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stage.close().then(() => process.exit(0)));
  announce(stage);
  if (options.load) await load(stage, options);
}

/** `npm start` has made it; who runs this file alone may not have. */
function synthesized(stage: StartOptions['stage']): string {
  const folder = join(root, 'infra', stage === 'local' ? 'cdk.out' : `cdk.out-${stage}`);
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  throw new Error(`there is no synthesized stage in ${folder}: run "npm start", or "npm run build" first`);
}

function announce(stage: Stage): void {
  console.log(`
  Web page    ${stage.siteUrl}
  REST        ${stage.restUrl}
  WebSocket   ${stage.socketUrl}
  AWS         AWS_ENDPOINT_URL=${stage.awsUrl} AWS_REGION=${stage.environment.region}
              AWS_ACCESS_KEY_ID=${stage.operator.accessKeyId} AWS_SECRET_ACCESS_KEY=${stage.operator.secretAccessKey}
              (DynamoDB, S3, Lambda, SQS, SNS, STS, OpenSearch, Kendra and SageMaker for any SDK client; the keys are this
              start's, and may do everything)

  Sign-in     ${stage.issuerUrl} as ${stage.issuer?.users.join(', ')}

  Try         curl '${stage.restUrl}/documents?limit=3'
`);
}

async function load(stage: Stage, options: StartOptions): Promise<void> {
  const getToken = () => stage.issuer?.tokenFor('ada');
  const gateway = createGatewayClient({ url: stage.restUrl as string, auth: { getToken } });
  const files = await collectMarkdown(join(root, 'node_modules', '.pnpm'));
  const result = await importDocuments(gateway, files, showProgress);
  if (result.total > 0 && process.stdout.isTTY) process.stdout.write('\n');
  for (const { id, reason } of result.failed.slice(0, 5)) console.warn(`not loaded: ${id}: ${reason}`);
  const loaded = result.done - result.failed.length;
  console.log(
    `${loaded} documents loaded, ${files.length - result.total} were there already, ${result.failed.length} failed. Data: ${options.dataDirectory}`,
  );
}

/** One line that counts on a terminal; every hundredth document in a log. */
function showProgress({ done, total }: ImportProgress): void {
  if (process.stdout.isTTY) process.stdout.write(`\rLoading documents ${done}/${total}`);
  else if (done % 100 === 0) console.log(`Loading documents ${done}/${total}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
