import { describe, expect, it } from 'vitest';
import { synthesize } from '../infra.fixture.js';
import type { Resource, StageTemplates, Template } from '../templates.js';
import { quotaFigures, quotaFindings } from './quotas.js';

function stage(resources: Readonly<Record<string, Resource>>, data: Readonly<Record<string, Resource>> = {}): StageTemplates {
  return { data: { Resources: data }, gateway: { Resources: resources }, accounts: {} };
}

function figure(templates: StageTemplates, quota: string, where: string) {
  return quotaFigures(templates).find((each) => each.quota === quota && each.where === where);
}

const lambda = (properties: Readonly<Record<string, unknown>> = {}): Resource => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Timeout: 28, ...properties },
});

describe('a figure', () => {
  it('counts the resources and bytes of each stack', () => {
    const gateway: Template = { Resources: { One: { Type: 'AWS::SQS::Queue', Properties: {} } } };
    const templates = { data: { Resources: {} }, gateway, accounts: {} };
    expect(figure(templates, 'resources', 'gateway')).toMatchObject({ value: 1, limit: 500 });
    expect(figure(templates, 'template bytes', 'gateway')).toMatchObject({ value: 64, limit: 1_000_000 });
  });

  it('adds up all policies of a role, with names that a deployment makes at 120 characters', () => {
    const policy = (resource: unknown): Resource => ({
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'a:B', Resource: resource }] } },
    });
    const one = figure(stage({ One: policy('x'.repeat(120)) }), 'policy characters', 'Role');
    const two = figure(
      stage({ One: policy('x'.repeat(120)), Two: policy({ 'Fn::GetAtt': ['Table', 'Arn'] }) }),
      'policy characters',
      'Role',
    );
    expect(one).toMatchObject({ value: 206, limit: 10_240 });
    expect(two).toMatchObject({ value: 412 });
  });

  it('adds up names and values of an environment', () => {
    const Environment = {
      Variables: { NAME: 'é', TABLE: { Ref: 'Table' }, URL: { 'Fn::Join': ['', ['https://', { Ref: 'Api' }, '/prod']] } },
    };
    expect(figure(stage({ Notes: lambda({ Environment }) }), 'environment bytes', 'Notes')).toMatchObject({
      value: 4 + 2 + 5 + 120 + 3 + 8 + 120 + 5,
      limit: 4_096,
    });
  });

  it('has the timeouts of functions that an API waits for, and of no others', () => {
    const method: Resource = {
      Type: 'AWS::ApiGateway::Method',
      Properties: { Integration: { Uri: { 'Fn::Join': ['', ['arn', { 'Fn::GetAtt': ['Routed', 'Arn'] }]] } } },
    };
    const templates = stage({ Method: method, Routed: lambda({ Timeout: 60 }), Worker: lambda({ Timeout: 900 }) });
    const timeouts = quotaFigures(templates).filter(({ quota }) => quota === 'timeout seconds');
    expect(timeouts).toEqual([{ quota: 'timeout seconds', where: 'Routed', value: 60, limit: 29, chosen: true }]);
  });

  it('compares how long a queue hides a message with six times the timeout of its worker', () => {
    const mapping: Resource = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, FunctionName: { Ref: 'Worker' } },
    };
    const templates = stage(
      { Mapping: mapping, Worker: lambda({ Timeout: 20 }) },
      { Jobs: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 119 } } },
    );
    const found = figure(templates, 'visibility seconds', 'Jobs');
    expect(found).toMatchObject({ value: 119, limit: 120, atLeast: true });
    expect(quotaFindings([found as NonNullable<typeof found>])).toEqual([
      { severity: 'error', check: 'visibility seconds of Jobs', message: 'got 119, expected at least 120' },
    ]);
  });
});

describe('a finding', () => {
  const at = (value: number) => quotaFindings([{ quota: 'resources', where: 'gateway', value, limit: 500 }]);

  it('is an error above a limit, a warning above four fifths of it, and nothing below', () => {
    expect(at(501)).toEqual([{ severity: 'error', check: 'resources of gateway', message: 'got 501, expected at most 500' }]);
    expect(at(401)).toEqual([{ severity: 'warning', check: 'resources of gateway', message: '401 of at most 500' }]);
    expect(at(400)).toEqual([]);
  });

  it('is none for a whole stage of ours', () => {
    const figures = quotaFigures(synthesize('production', { graph: { auth: 'iam' } }));
    expect(figures.length).toBeGreaterThan(50);
    expect(new Set(figures.map(({ quota }) => quota))).toContain('visibility seconds');
    expect(quotaFindings(figures).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
