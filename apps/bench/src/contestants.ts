/**
 * The ways to answer the workload: bare zod (what any adapter must do anyway), our REST face, stock tRPC's Lambda adapter.
 */

import { mutation, service } from '@org/gateway-core';
import { createLogger, createRestHandler, type FunctionParts, implement } from '@org/gateway-server';
import { defineService } from '@org/gateway-server/service';
import { initTRPC } from '@trpc/server';
import { awsLambdaRequestHandler } from '@trpc/server/adapters/aws-lambda';
import { answer, inputSchema, outputSchema } from './workload.js';

type Handle = (event: object) => Promise<{ readonly body?: string; readonly statusCode?: number }>;

/** JSON in, validate in, validate out, JSON out; nothing else. */
export function bareZod(): Handle {
  const input = inputSchema();
  const output = outputSchema();
  const one = (value: unknown) => {
    input.parse(value);
    return { result: { data: output.parse(answer) } };
  };
  return async (event) => {
    const { body, queryStringParameters } = event as { body: string; queryStringParameters: { batch?: string } | null };
    const value = JSON.parse(body);
    const result = queryStringParameters?.batch === '1' ? Object.keys(value).map((at) => one(value[at])) : one(value);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) };
  };
}

/** The REST face of this repository. */
export function ours(): Handle {
  const bench = service('bench', { list: mutation({ auth: 'public', input: inputSchema, output: outputSchema }) });
  const parts: FunctionParts = {
    implementation: implement(defineService(bench, { uses: {} }), { list: () => answer }),
    clients: {},
    publish: () => Promise.reject(new Error('not here')),
    connectionOf: () => Promise.reject(new Error('not here')),
    allowedOrigin: '*',
    now: Date.now,
    log: createLogger({}),
  };
  return createRestHandler(parts) as unknown as Handle;
}

/** Stock tRPC. */
export function stockTrpc(): Handle {
  const t = initTRPC.create({ isDev: false });
  const router = t.router({
    list: t.procedure
      .input(inputSchema())
      .output(outputSchema())
      .mutation(() => answer),
  });
  return awsLambdaRequestHandler({ router }) as unknown as Handle;
}
