import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadAssembly } from './assembly.js';
import { type AssemblyFixture, writeAssembly } from './assembly.test.fixture.js';

let fixture: AssemblyFixture | undefined;

afterEach(async () => {
  await fixture?.remove();
  fixture = undefined;
});

describe('loadAssembly', () => {
  it('puts every stack after those it depends on', async () => {
    fixture = await writeAssembly({ stacks: {}, files: {} });
    const manifest = {
      version: '55.0.0',
      artifacts: {
        Api: { type: 'aws:cloudformation:stack', properties: { templateFile: 'a.json' }, dependencies: ['Data'] },
        Data: { type: 'aws:cloudformation:stack', properties: { templateFile: 'd.json', stackName: 'prod-data' } },
      },
    };
    await writeFile(join(fixture.directory, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(fixture.directory, 'a.json'), '{}');
    await writeFile(join(fixture.directory, 'd.json'), '{}');
    const assembly = await loadAssembly(fixture.directory);
    expect(assembly.stacks.map((stack) => stack.name)).toEqual(['prod-data', 'Api']);
  });

  it('reads account and region of a stack with an environment', async () => {
    fixture = await writeAssembly({ stacks: { Api: {} }, environment: 'aws://123456789012/eu-central-1' });
    const assembly = await loadAssembly(fixture.directory);
    expect(assembly.stacks[0]).toMatchObject({ accountId: '123456789012', region: 'eu-central-1' });
  });

  it('reads the stacks of a nested assembly', async () => {
    fixture = await writeAssembly({
      stacks: { Outer: {} },
      files: {
        'assembly-Prod/manifest.json': JSON.stringify({
          version: '55.0.0',
          artifacts: { ProdApi: { type: 'aws:cloudformation:stack', properties: { templateFile: 'p.json' } } },
        }),
        'assembly-Prod/p.json': '{}',
      },
    });
    const manifest = {
      version: '55.0.0',
      artifacts: { 'assembly-Prod': { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } } },
    };
    await writeFile(join(fixture.directory, 'manifest.json'), JSON.stringify(manifest));
    const assembly = await loadAssembly(fixture.directory);
    expect(assembly.stacks.map((stack) => stack.name)).toEqual(['ProdApi']);
  });

  it('finds assets by the object key of the asset manifest', async () => {
    fixture = await writeAssembly({ stacks: {} });
    const files = { abc: { source: { path: 'asset.abc', packaging: 'zip' }, destinations: { here: { objectKey: 'code/abc.zip' } } } };
    const artifacts = {
      Assets: { type: 'cdk:asset-manifest', properties: { file: 'Api.assets.json' } },
      Api: { type: 'aws:cloudformation:stack', properties: { templateFile: 'a.json' } },
    };
    await writeFile(join(fixture.directory, 'manifest.json'), JSON.stringify({ artifacts }));
    await writeFile(join(fixture.directory, 'Api.assets.json'), JSON.stringify({ files }));
    await writeFile(join(fixture.directory, 'a.json'), '{}');
    const assembly = await loadAssembly(fixture.directory);
    expect(assembly.stacks[0]?.assets.get('abc.zip')).toBe(join(fixture.directory, 'asset.abc'));
  });

  it('says to synthesize when the folder is missing', async () => {
    await expect(loadAssembly('no/such/cdk.out')).rejects.toThrow(/ASSEMBLY_UNREADABLE.*manifest\.json.*synthesize first/s);
  });

  it('says to synthesize again when a file is cut off', async () => {
    fixture = await writeAssembly({ stacks: { Api: {} } });
    await writeFile(join(fixture.directory, 'Api.template.json'), '{"Resources": {');
    await expect(loadAssembly(fixture.directory)).rejects.toThrow(/Api\.template\.json: it is not JSON .*synthesize again/s);
  });

  it('refuses a manifest that is no cloud assembly, and one without stacks', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gateway-local-'));
    await writeFile(join(directory, 'manifest.json'), '{"name":"a web app"}');
    await expect(loadAssembly(directory)).rejects.toThrow(/no "artifacts"/);
    await writeFile(join(directory, 'manifest.json'), '{"artifacts":{}}');
    await expect(loadAssembly(directory)).rejects.toThrow(/lists no stack/);
    await rm(directory, { recursive: true });
  });
});
