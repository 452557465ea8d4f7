/**
 * Where the code of a function is loaded from. Inline code (`Code.ZipFile`) is written to a temporary folder as `index.js`, which is what
 * Lambda does with it. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition } from './definition.js';

/** The code folders of a stage; closing removes the temporary ones. */
export class CodeFolders {
  readonly #temporary = new Map<string, Promise<string>>();

  /** @throws Error that says why the function cannot run here */
  async of(definition: FunctionDefinition): Promise<string> {
    const { code, name } = definition;
    switch (code.kind) {
      case 'directory':
        return code.path;
      case 'inline': {
        const written = this.#temporary.get(name) ?? writeInline(code.source);
        this.#temporary.set(name, written);
        return written;
      }
      case 'unsupported':
        throw new Error(`function ${name} cannot run on the local stage: ${code.reason}`);
      default:
        return code satisfies never;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#temporary.values()].map(async (folder) => rm(await folder, { recursive: true, force: true })));
  }
}

async function writeInline(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-local-inline-'));
  await writeFile(join(folder, 'index.js'), source);
  return folder;
}
