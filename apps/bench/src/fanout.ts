/**
 * Fan-out: CPU of the sender for one frame to one connection, over TLS and plain, to a sink in another process; what one core sends in a
 * second; what a signature costs; and the bytes that the sender adds to a bundle. No network and no API Gateway are measured: those are
 * waited for, not computed.
 */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createSigner } from '@org/gateway-server/parts';
import { build } from 'esbuild';
import { CONNECTIONS, CREDENTIALS, fanoutContestants, REGION, signedByHand } from './fanout-contestants.js';
import { type PairedResult, paired, printPaired, type Round } from './paired.js';

const IDS = Array.from({ length: 4_096 }, (_, at) => Buffer.from(`conn${String(at).padStart(7, '0')}`).toString('base64'));

/** Runs and prints. */
export async function benchFanout(): Promise<void> {
  await benchSigning();
  const sink = fork(fileURLToPath(new URL('./fanout-sink.js', import.meta.url)));
  try {
    const { plain, secure } = await new Promise<{ plain: number; secure: number }>((resolve) =>
      sink.once('message', (ports) => resolve(ports as { plain: number; secure: number })),
    );
    await benchPosts('over TLS', secure, true);
    await benchPosts('plain', plain, false);
  } finally {
    sink.disconnect();
  }
  await printBytes();
}

async function benchPosts(title: string, port: number, secure: boolean): Promise<void> {
  const contestants = fanoutContestants(port, secure);
  const rounds = Object.entries(contestants).map(([name, { post }]): [string, Round] => [
    name,
    async (times) => {
      let next = 0;
      const lane = async () => {
        while (next < times) await post(IDS[next++ % IDS.length] as string);
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, lane));
    },
  ]);
  const results = await paired(Object.fromEntries(rounds), { rounds: 10, times: 1_500 });
  printPaired(`One frame to one connection, ${title}, ${CONNECTIONS} connections`, results);
  printPerSecond(results);
  for (const { destroy } of Object.values(contestants)) await destroy();
}

function printPerSecond(results: readonly PairedResult[]): void {
  const perSecond = (micros: number) =>
    Math.round(1_000_000 / micros)
      .toString()
      .padStart(6);
  for (const { name, cpuMicros, bestMicros } of results) {
    console.log(`  ${name.padEnd(28)} ${perSecond(cpuMicros)} recipients a second and core, ${perSecond(bestMicros)} in the best round`);
  }
}

async function benchSigning(): Promise<void> {
  const host = 'abc.execute-api.eu-west-1.amazonaws.com';
  const sign = createSigner({ service: 'execute-api', region: REGION, host, now: Date.now });
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const user = { accessKeyId, secretAccessKey };
  const payloadHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const paths = IDS.map((id) => `/prod/%40connections/${id.replace('=', '%253D')}`);
  const each =
    (work: (at: number) => unknown): Round =>
    async (times) => {
      for (let at = 0; at < times; at++) work(at % IDS.length);
    };
  const ours = (credentials: typeof user) =>
    each((at) => sign({ method: 'POST', canonicalPath: paths[at] as string, payloadHash }, credentials));
  const results = await paired(
    {
      'this gateway, role': ours(CREDENTIALS),
      'this gateway, user': ours(user),
      'by hand with createHmac, role': each((at) => signedByHand(IDS[at] as string, host)),
    },
    { rounds: 30, times: 5_000 },
  );
  printPaired('One signature; the keys of a role have a session token of 1,000 characters, which is signed too', results);
}

const BUNDLES = {
  'this gateway': "export { createManagementApiSender } from '@org/gateway-server/parts';",
  undici: "export { Pool } from 'undici';",
  'AWS SDK':
    "export { ApiGatewayManagementApiClient, PostToConnectionCommand, DeleteConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';",
};

async function printBytes(): Promise<void> {
  console.log('\nBytes of the sender in a bundle, minified');
  for (const [name, contents] of Object.entries(BUNDLES)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'js' },
      bundle: true,
      minify: true,
      write: false,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      mainFields: ['module', 'main'],
      logLevel: 'silent',
    });
    const bytes = outputFiles[0]?.contents ?? new Uint8Array();
    console.log(`  ${name.padEnd(28)} ${bytes.length.toString().padStart(9)}   gzip ${gzipSync(bytes).length}`);
  }
}
