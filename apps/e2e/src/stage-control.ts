/**
 * Lets a test take a right away from a role of the local stage: the stage runs in vitest's main process, tests in others. One more HTTP
 * server on 127.0.0.1, with what a test may ask for and nothing else.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Stage } from '@org/gateway-local';

/** A right of a service, as in a policy: `s3:DeleteObject`. */
export interface ServiceRight {
  readonly service: string;
  readonly action: string;
}

/** A running control. */
export interface StageControl {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it: POST withholds a right, DELETE gives all back. */
export async function startStageControl(stage: Pick<Stage, 'withhold' | 'functions'>): Promise<StageControl> {
  const withheld = new Set<() => void>();
  const server = createServer(async (request, response) => {
    try {
      if (request.method === 'DELETE') {
        for (const giveBack of withheld) giveBack();
        withheld.clear();
      } else {
        const { service, action } = JSON.parse(await textOf(request)) as ServiceRight;
        const role = stage.functions.find((name) => name.includes(`-${service}ServiceFunction`)) ?? service;
        withheld.add(stage.withhold({ role, action }));
      }
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => new Promise((closed) => server.close(() => closed())) };
}

/** Withholds a right while `work` runs. */
export async function withoutRight(controlUrl: string, right: ServiceRight, work: () => Promise<void>): Promise<void> {
  const answer = await fetch(controlUrl, { method: 'POST', body: JSON.stringify(right) });
  if (!answer.ok) throw new Error(await answer.text());
  try {
    await work();
  } finally {
    await fetch(controlUrl, { method: 'DELETE' });
  }
}

async function textOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
