/**
 * Documents that outlive their process: a file of lines that only grows, and that is rewritten when most of it is outdated. A line counts once it is
 * complete; what a killed process left half written is cut off when the log is opened. `append` resolves when the line has been handed to
 * the operating system, so it survives the end of the process, not the end of the machine.
 */
import { mkdir, open, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Where lines are kept. */
export interface DocumentLog {
  /** Adds lines without line breaks in them; together with those of other callers, in the order of the calls. */
  append(lines: readonly string[]): Promise<void>;
  /** Puts other lines in the place of all that were appended so far. */
  rewrite(lines: Iterable<string>): Promise<void>;
  close(): Promise<void>;
}

/** A log that keeps nothing. */
export const noLog: DocumentLog = {
  append: () => Promise.resolve(),
  rewrite: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Opens a log, hands every line of it to `replay`, and goes on at its end. */
export async function openDocumentLog(path: string, replay: (line: string) => void): Promise<DocumentLog> {
  await mkdir(dirname(path), { recursive: true });
  await replayLines(path, replay);
  let file = await open(path, 'a');
  let last: Promise<void> = Promise.resolve();
  /** Lines that are written together, once it is their turn. */
  let batch: { readonly lines: string[]; readonly written: Promise<void> } | undefined;
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  const openBatch = (): { readonly lines: string[]; readonly written: Promise<void> } => {
    const lines: string[] = [];
    const written = inTurn(async () => {
      if (batch?.lines === lines) batch = undefined;
      await file.appendFile(`${lines.join('\n')}\n`);
    });
    return { lines, written };
  };
  return {
    append(lines) {
      if (lines.length === 0) return last;
      batch ??= openBatch();
      batch.lines.push(...lines);
      return batch.written;
    },
    rewrite(lines) {
      // What is appended from now on comes after the new lines.
      batch = undefined;
      const text = [...lines].map((line) => `${line}\n`).join('');
      return inTurn(async () => {
        await writeFile(`${path}.new`, text);
        await file.close();
        await rename(`${path}.new`, path);
        file = await open(path, 'a');
      });
    },
    async close() {
      await last;
      await file.close();
    },
  };
}

async function replayLines(path: string, replay: (line: string) => void): Promise<void> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const complete = content.lastIndexOf(0x0a) + 1;
  if (complete < content.length) await truncate(path, complete);
  let pause = PAUSE_BYTES;
  for (let from = 0; from < complete; ) {
    const end = content.indexOf(0x0a, from);
    replay(content.toString('utf8', from, end));
    from = end + 1;
    if (from < pause) continue;
    pause = from + PAUSE_BYTES;
    await setImmediate();
  }
}

/** After so much the rest of the stage gets its turn: indexing it takes about 10 ms. */
const PAUSE_BYTES = 64 * 1024;
