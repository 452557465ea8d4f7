import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from './gateway.test.fixture.js';
import { createInvokePermission } from './invoke-permission.js';
import { FUNCTION_ARN, guarded, resource } from './stack.test.fixture.js';

const API = 'arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5';
const BASE = { Action: 'lambda:InvokeFunction', FunctionName: FUNCTION_ARN, Principal: 'apigateway.amazonaws.com' };

function allowed(properties: Readonly<Record<string, unknown>>, sourceArn: string): boolean {
  const resources = [resource('AWS::Lambda::Permission', 'permission', { ...BASE, ...properties })];
  const { authorize } = guarded({ name: 'Test', resources, outputs: {} });
  return createInvokePermission(authorize, ENVIRONMENT)({ functionArn: FUNCTION_ARN, sourceArn });
}

describe('the permission of API Gateway to invoke a function', () => {
  it.each([
    ['the stars that CDK writes for ANY and parameters', { SourceArn: `${API}/prod/*/docs/*` }, `${API}/prod/ANY/docs/{proxy+}`, true],
    ['a single method', { SourceArn: `${API}/prod/GET/docs` }, `${API}/prod/GET/docs`, true],
    ['another method', { SourceArn: `${API}/prod/GET/docs` }, `${API}/prod/POST/docs`, false],
    ['the test-invoke stage only', { SourceArn: `${API}/test-invoke-stage/GET/docs` }, `${API}/prod/GET/docs`, false],
    ['the route that CDK writes', { SourceArn: `${API}/*$connect` }, `${API}/prod/$connect`, true],
    ['another route', { SourceArn: `${API}/*$connect` }, `${API}/prod/$default`, false],
    ['no source', {}, `${API}/prod/GET/docs`, true],
    ['the function by name', { FunctionName: 'documents' }, `${API}/prod/GET/docs`, true],
    ['another function', { FunctionName: 'other' }, `${API}/prod/GET/docs`, false],
    ['another principal', { Principal: 's3.amazonaws.com' }, `${API}/prod/GET/docs`, false],
    ['another account', { SourceAccount: '999999999999' }, `${API}/prod/GET/docs`, false],
  ])('with %s', (_, properties, sourceArn, expected) => {
    expect(allowed(properties, sourceArn)).toBe(expected);
  });
});
