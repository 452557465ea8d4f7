/** How far each event source mapping has read: one small file per mapping, or memory. A checkpoint is written after the work, never before. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The last sequence number that a mapping is done with. */
export interface Checkpoints {
  read(mappingId: string): Promise<string | undefined>;
  write(mappingId: string, sequenceNumber: string): Promise<void>;
}

/** Checkpoints that end with the process. */
export function memoryCheckpoints(): Checkpoints {
  const kept = new Map<string, string>();
  return {
    read: async (mappingId) => kept.get(mappingId),
    write: async (mappingId, sequenceNumber) => void kept.set(mappingId, sequenceNumber),
  };
}

/** Checkpoints in a folder. A file is replaced in one step, so a stage that is killed leaves the old one or the new one. */
export function fileCheckpoints(directory: string): Checkpoints {
  const fileOf = (mappingId: string): string => join(directory, `${mappingId}.json`);
  return {
    async read(mappingId) {
      try {
        const { sequenceNumber } = JSON.parse(await readFile(fileOf(mappingId), 'utf8')) as { sequenceNumber?: unknown };
        return typeof sequenceNumber === 'string' && /^\d+$/.test(sequenceNumber) ? sequenceNumber : undefined;
      } catch {
        // No file, or one that is no checkpoint: the mapping starts at its starting position.
        return undefined;
      }
    },
    async write(mappingId, sequenceNumber) {
      await mkdir(directory, { recursive: true });
      const temporary = `${fileOf(mappingId)}.new`;
      await writeFile(temporary, JSON.stringify({ sequenceNumber }));
      await rename(temporary, fileOf(mappingId));
    },
  };
}
