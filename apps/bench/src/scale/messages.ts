/** What the processes of a scale run tell each other, and how one is started. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Resources of a process at one moment. */
export interface Usage {
  readonly rssBytes: number;
  readonly cpuMicros: number;
}

/** A child that answers one question after the other. */
export interface Child {
  ask<TAnswer>(question: object): Promise<TAnswer>;
  end(): Promise<void>;
}

/** Starts `{name}.js` of a folder next to this one. @param folder @default this one */
export function startChild(name: string, folder = 'scale'): Child {
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', folder, `${name}.js`);
  const child: ChildProcess = fork(path, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--expose-gc'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the ${name} process ended`);
  });
  ended.catch(() => {});
  return {
    ask: async <TAnswer>(question: object) => {
      const answer = once(child, 'message');
      child.send(question);
      return (await Promise.race([answer, ended]))[0] as TAnswer;
    },
    end: async () => {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

/** Answers the parent's questions, and ends with it. */
export function answerParent<TQuestion>(answer: (question: TQuestion) => object | Promise<object>): void {
  process.on('message', async (question) => process.send?.(await answer(question as TQuestion)));
  process.once('disconnect', () => process.exit(0));
}

/** What this process uses, after a collection. */
export function usage(): Usage {
  (globalThis as { gc?: () => void }).gc?.();
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage().rss, cpuMicros: user + system };
}
