import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayApp } from './app.js';
import { declarations } from './apps-declarations.js';
import { nagFindings } from './nag.js';
import { settingsFor } from './settings.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-nag-'));
  mkdirSync(join(folder, 'code'));
  writeFileSync(join(folder, 'code/index.mjs'), 'export const handler = 1;');
});
afterEach(() => rmSync(folder, { recursive: true }));

function app(stage: string) {
  const made = createGatewayApp({
    ...{ settings: settingsFor(stage), declarations, outDirectory: join(folder, 'out') },
    codeFolder: () => join(folder, 'code'),
  });
  made.app.synth();
  return made.app;
}

describe('the AwsSolutions rules', () => {
  it.each(['everything', 'production'])('find nothing in %s that has no reason beside it', (stage) => {
    expect(nagFindings(app(stage))).toEqual([]);
  });

  it('are asked about wildcards too: without our reasons they find those of streams, objects and connections', () => {
    const { violations } = new AwsSolutionsChecks().validateScope(app('everything'));
    const wildcards = violations.filter(({ ruleName }) => ruleName.startsWith('AwsSolutions-IAM5'));
    expect(wildcards.some(({ ruleName }) => ruleName.endsWith('/stream/*]'))).toBe(true);
    expect(wildcards.some(({ ruleName }) => ruleName.endsWith('/prod/POST/@connections/*]'))).toBe(true);
  });
});
