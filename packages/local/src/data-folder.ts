/**
 * What a stage keeps in its data folder, and how it is thrown away: only when no other stage has it open, and nothing besides, whatever
 * folder was named.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StageError } from './stage-error.js';

/** The parts of a data folder that are a stage's own. */
export const dataParts = {
  tables: 'dynamodb',
  objects: 's3',
  queues: 'sqs',
  checkpoints: 'checkpoints',
  searchIndexes: 'opensearch',
  kendraIndexes: 'kendra',
  knowledgeBases: 'bedrock',
} as const;

/**
 * Deletes the tables, objects, queues and checkpoints of a data folder; damaged ones too.
 *
 * @throws StageError `RESOURCE_REFUSED` while another process has the folder open: nothing is deleted then
 */
export async function emptyDataFolder(dataDir: string): Promise<void> {
  const { isOpenElsewhere } = await import('./services/dynamodb/store.js');
  const tables = await tableFolders(dataDir);
  for (const folder of [...tables, dataParts.queues]) {
    if (!(await isOpenElsewhere(join(dataDir, folder)))) continue;
    throw new StageError(
      'RESOURCE_REFUSED',
      `${dataDir} cannot be emptied: another stage has it open; stop that one, or name another data folder`,
    );
  }
  for (const part of [...tables, ...Object.values(dataParts)]) await rm(join(dataDir, part), { recursive: true, force: true });
}

/** One per account: the stage's own, and `dynamodb-ACCOUNT-REGION`. */
async function tableFolders(dataDir: string): Promise<readonly string[]> {
  const entries = await readdir(dataDir).catch(() => []);
  return entries.filter((name) => name === dataParts.tables || /^dynamodb-\d{12}-[a-z0-9-]+$/.test(name));
}
