/** Who may call, as templates say it: what functions are told, which API Gateway checks itself, and who may end sessions. */

import { mutation, query, service, subscription } from '@org/gateway-core';
import { defineService, sessions } from '@org/gateway-server/service';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { functionNames, givesTickets } from './function-plan.js';
import { resourceNamed, resourcesOf, synthesize } from './infra.fixture.js';
import { checkSettings, settingsFor } from './settings.js';
import type { StageSettings } from './settings-schema.js';
import { statementsOf, text } from './templates.js';

const perUser = { rate: 5, per: 'second' } as const;
const notes = service('notes', { changes: subscription({ event: z.string }), mine: query({ rest: 'GET /notes', rateLimit: { perUser } }) });
const billing = service('billing', { close: mutation({ rest: 'POST /bills' }) });
const nightly = service('nightly', { run: mutation({}) });
const declarations = {
  services: [
    defineService(notes, { uses: { sessions: sessions.allow('revoke') }, throttle: { ratePerSecond: 20, burst: 40 } }),
    defineService(billing, { uses: {}, auth: 'iam' }),
    defineService(nightly, { uses: {}, internal: true }),
  ],
  workers: [],
};
const identity = { issuer: 'https://login.example.org/', audience: ['gateway', 'mobile'], clockToleranceSeconds: 5 };
const templates = synthesize('local', { identity }, { declarations });
const { gateway } = templates;

function variables(name: string): Readonly<Record<string, unknown>> {
  return (resourceNamed(gateway, name).Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables;
}

function rights(name: string) {
  return Object.fromEntries(statementsOf(resourceNamed(gateway, name)).map(({ Sid, Action, Condition }) => [Sid, { Action, Condition }]));
}

describe('a stage with identity', () => {
  it('tells the functions that read tokens whose to believe, and no others', () => {
    const told = ['notesServiceFunction', 'SocketFunction', 'IdentityFunction'].map((name) => variables(name).GATEWAY_IDENTITY);
    expect(told).toEqual(told.map(() => JSON.stringify(identity)));
    for (const name of ['billingServiceFunction', 'nightlyServiceFunction', 'FanoutFunction', 'PushFunction'])
      expect(variables(name).GATEWAY_IDENTITY).toBeUndefined();
  });

  it('has a function for tickets, behind /rpc/gw, that may write tickets and read revocations', () => {
    const paths = Object.values(resourcesOf(gateway, 'AWS::ApiGateway::Resource')).map(({ Properties }) => Properties.PathPart);
    expect(paths).toContain('gw');
    expect(rights('IdentityFunctionRoleDefaultPolicy').Connections).toEqual({
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['K#*', 'U#*', 'L#*'] } },
    });
  });

  it.each<readonly [boolean, Partial<StageSettings>]>([
    [true, {}],
    [false, { identity: false }],
    [false, { rest: false }],
    [false, { socket: false }],
  ])('gives tickets (%s) with %j', (expected, changes) => {
    const settings = { ...settingsFor('local'), identity, ...changes };
    expect(givesTickets(settings)).toBe(expected);
    expect(functionNames(declarations, settings).includes('identity')).toBe(expected);
  });

  it('leaves the name of the gateway to the gateway', () => {
    const taken = { services: [defineService(service('gw', {}), { uses: {} })], workers: [] };
    expect(() => functionNames(taken, { graph: false, socket: true })).toThrow('a service is called "gw"');
  });
});

describe('a service for AWS identities', () => {
  it('has methods that ask for a signature, and preflights that do not', () => {
    const methods = Object.values(resourcesOf(gateway, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties);
    const signed = methods.filter(({ AuthorizationType }) => AuthorizationType === 'AWS_IAM');
    expect(signed.map(({ HttpMethod }) => HttpMethod)).toEqual(['ANY', 'ANY', 'ANY']);
    expect(JSON.stringify(signed.map(({ Integration }) => Integration))).not.toContain('notes');
    expect(
      methods.filter(({ HttpMethod }) => HttpMethod === 'OPTIONS').every(({ AuthorizationType }) => AuthorizationType === 'NONE'),
    ).toBe(true);
  });

  it('has a role of callers, which may call it, by each method, and nothing else', () => {
    const role = resourceNamed(gateway, 'billingCallers');
    expect(JSON.stringify(role.Properties.AssumeRolePolicyDocument)).toContain(':iam::000000000000:root"');
    const calls = ['GET', 'HEAD', 'POST', 'DELETE'].flatMap((method) => [`${method}/rpc/billing/*`, `${method}/bills/*`]);
    const statements = statementsOf(resourceNamed(gateway, 'billingCallersDefaultPolicy'));
    expect(statements.map(({ Sid, Action }) => [Sid, Action])).toEqual([['Calls', 'execute-api:Invoke']]);
    const resources = [statements[0]?.Resource].flat().map((resource) => text(resource, templates));
    expect(resources.map((arn) => arn.split('/prod/')[1]).sort()).toEqual(calls.sort());
    expect(Object.keys(gateway.Outputs ?? {})).toContain('BillingCallersRole');
  });

  it('is not on the socket', () => {
    const routes = Object.values(resourcesOf(gateway, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties.RouteKey);
    expect(routes.sort()).toEqual(['$connect', '$default', '$disconnect', 'notes']);
    expect(text(variables('SocketFunction').GATEWAY_SERVICE_FUNCTIONS, templates)).not.toContain('billing');
  });
});

describe('a service with limits', () => {
  it('has them on each of its routes and methods, beside what the stage has on all', () => {
    const [stage] = Object.values(resourcesOf(gateway, 'AWS::ApiGateway::Stage'));
    const settings = stage?.Properties.MethodSettings as readonly Readonly<Record<string, unknown>>[];
    const limited = settings.filter(({ ThrottlingRateLimit }) => ThrottlingRateLimit === 20);
    expect(limited.map(({ ResourcePath, HttpMethod }) => `${HttpMethod} ${ResourcePath}`)).toEqual(
      ['/~1rpc~1notes~1{proxy+}', '/~1notes', '/~1notes~1{proxy+}'].flatMap((path) =>
        ['GET', 'HEAD', 'POST', 'DELETE'].map((method) => `${method} ${path}`),
      ),
    );
    for (const each of limited)
      expect(each).toMatchObject({ ThrottlingBurstLimit: 40, LoggingLevel: 'ERROR', MetricsEnabled: true, DataTraceEnabled: false });
  });

  it('has them on its route of the socket, once that is there', () => {
    const [stage] = Object.values(resourcesOf(gateway, 'AWS::ApiGatewayV2::Stage'));
    expect(stage?.Properties.RouteSettings).toEqual({
      notes: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40, DetailedMetricsEnabled: true },
    });
    expect(JSON.stringify(stage?.DependsOn)).toContain('notesRoute');
  });

  it('may count the calls of its callers, and nothing else there', () => {
    expect(rights('notesServiceRoleDefaultPolicy').RateLimits).toEqual({
      Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['L#*'] } },
    });
    expect(rights('billingServiceRoleDefaultPolicy').RateLimits).toBeUndefined();
  });
});

describe('who ends sessions', () => {
  it('may write and find what is known of users, and close connections', () => {
    const { Sessions, OpenConnections } = rights('notesServiceRoleDefaultPolicy');
    expect(Sessions).toEqual({
      Action: ['dynamodb:PutItem', 'dynamodb:Query'],
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['U#*'] } },
    });
    expect(OpenConnections?.Action).toBe('execute-api:ManageConnections');
    expect(text(variables('notesServiceFunction').RES_Sessions, templates)).toMatch(/^\{Connections\} https:\/\/.*\/prod$/);
  });

  it('marks them only where there is no socket', () => {
    const without = synthesize('rest-only', { identity }, { declarations });
    const { Variables } = resourceNamed(without.gateway, 'notesServiceFunction').Properties.Environment as {
      Variables: Readonly<Record<string, unknown>>;
    };
    expect(text(Variables.RES_Sessions, without)).toBe('{Connections}');
  });
});

describe('the setting', () => {
  const local = settingsFor('local');
  const check = (value: unknown) => () => checkSettings({ ...local, identity: value as StageSettings['identity'] });

  it.each([
    ['an issuer of plain http', { issuer: 'http://login.example.org', audience: 'a' }],
    ['an issuer with a password', { issuer: 'https://me:pw@login.example.org', audience: 'a' }],
    ['no audience', { issuer: 'https://login.example.org' }],
    ['an algorithm with a secret', { issuer: 'https://login.example.org', audience: 'a', algorithms: ['HS256'] }],
    ['no algorithm', { issuer: 'https://login.example.org', audience: 'a', algorithms: ['none'] }],
    ['a misspelt name', { issuer: 'https://login.example.org', audience: 'a', audiences: ['b'] }],
    ['nothing', undefined],
  ])('is refused with %s', (_, value) => {
    expect(check(value)).toThrow(/identity/);
  });

  it('may be an issuer on this machine', () => {
    expect(check({ issuer: 'http://127.0.0.1:4009', audience: 'gateway' })).not.toThrow();
    expect(check({ issuer: 'http://issuer.localhost', audience: 'gateway' })).not.toThrow();
  });

  it('may not be missing in production', () => {
    const production = settingsFor('production');
    expect(() => checkSettings({ ...production, identity: false })).toThrow('identity: got false, expected { issuer, audience }');
  });
});
