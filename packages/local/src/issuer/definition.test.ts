import { expect, it } from 'vitest';
import type { ResolvedStack } from '../parts.js';
import { ISSUER_TYPE, readIssuer } from './definition.js';

const properties = { Audience: 'my-api', ClientId: 'web', Users: [{ Name: 'ada' }] };

function stack(...issuers: readonly Record<string, unknown>[]): readonly ResolvedStack[] {
  const resources = issuers.map((given, index) => ({
    logicalId: `Import${index}`,
    type: ISSUER_TYPE,
    physicalId: 'http://issuer.local',
    properties: given,
    metadata: {},
  }));
  return [{ name: 'S', resources, outputs: {} }];
}

it('has tokens of five minutes and sessions of eight hours unless told otherwise', () => {
  expect(readIssuer(stack(properties))).toEqual({
    placeholder: 'http://issuer.local',
    audience: 'my-api',
    clientId: 'web',
    redirectUris: [],
    users: [{ name: 'ada', scopes: [], claims: {} }],
    algorithm: 'RS256',
    accessTokenSeconds: 300,
    sessionSeconds: 28_800,
  });
});

it('is none without an import', () => {
  expect(readIssuer(stack())).toBeUndefined();
});

it.each([
  ['Audience: got undefined, expected a text', { Audience: undefined }],
  ['ClientId: got "", expected a text', { ClientId: '' }],
  ['Users: got none, expected at least one', { Users: [] }],
  ['Users: got {"Scopes":[]}, expected { Name, Scopes?, Claims? }', { Users: [{ Scopes: [] }] }],
  ['Users: got "ada", expected a list', { Users: 'ada' }],
  ['Algorithm: got "none", expected "RS256" or "ES256"', { Algorithm: 'none' }],
  ['AccessTokenSeconds: got 0.5, expected whole seconds', { AccessTokenSeconds: 0.5 }],
])('%s', (message, wrong) => {
  expect(() => readIssuer(stack({ ...properties, ...wrong }))).toThrow(
    `[TEMPLATE_INVALID] Metadata.local-stage:imports: ${ISSUER_TYPE}: ${message}`,
  );
});

it('is one', () => {
  expect(() => readIssuer(stack(properties, properties))).toThrow('got 2 entries, expected one');
});
