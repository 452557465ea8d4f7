/** The issuer in a whole stage: named by a template, under its local URL in a function's variables. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { createManualClock } from './clock.js';
import { startStage } from './stage.js';
import { functionResources } from './stage.test.fixture.js';
import type { Stage } from './stage-options.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

const fetchKeys = `export const handler = async () => {
  const { issuer, audience } = JSON.parse(process.env.IDENTITY);
  const { jwks_uri } = await (await fetch(issuer + '/.well-known/openid-configuration')).json();
  return { issuer, audience, keys: (await (await fetch(jwks_uri)).json()).keys.length };
};`;

const IDENTITY = JSON.stringify({ issuer: 'http://issuer.local', audience: 'my-api' });
const Properties = { Audience: 'my-api', ClientId: 'web', Algorithm: 'ES256', Users: [{ Name: 'ada', Scopes: ['write'] }] };

let stage: Stage | undefined;
let assembly: AssemblyFixture | undefined;
afterEach(async () => {
  await stage?.close();
  await assembly?.remove();
});

it('reaches functions under its local URL, and its tokens can be verified there', async () => {
  const imports = [{ Type: 'Local::OpenIdIssuer', PhysicalId: 'http://issuer.local', Properties }];
  const Resources = functionResources('Fn', { Environment: { Variables: { IDENTITY } } });
  assembly = await writeAssembly({
    stacks: { Api: { Metadata: { 'local-stage:imports': imports }, Resources } },
    files: { 'asset.Fn/index.mjs': fetchKeys },
  });
  const clock = createManualClock(1_764_000_000_123);
  stage = await startStage({ assembly: assembly.directory, clock });
  const { issuer, issuerUrl } = stage;
  const result = await stage.invoke(stage.functions[0] as string, {});
  expect(JSON.parse(result.payload)).toEqual({ issuer: issuerUrl, audience: 'my-api', keys: 1 });
  const keys = createRemoteJWKSet(new URL(`${issuerUrl}/jwks`));
  const token = (await issuer?.tokenFor('ada')) ?? '';
  const { payload } = await jwtVerify(token, keys, { issuer: issuerUrl as string, audience: 'my-api', currentDate: new Date(clock.now()) });
  expect(payload).toMatchObject({ sub: 'ada', scope: 'write', iat: 1_764_000_000, exp: 1_764_000_300 });
});

it('is not there when no template names one', async () => {
  assembly = await writeAssembly({
    stacks: { Api: { Resources: functionResources('Fn') } },
    files: { 'asset.Fn/index.mjs': 'export const handler = () => null;' },
  });
  stage = await startStage({ assembly: assembly.directory });
  expect([stage.issuer, stage.issuerUrl]).toEqual([undefined, undefined]);
});
