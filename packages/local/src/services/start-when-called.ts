/**
 * A service that starts at its first call. Its code is a good part of what a stage would read at start, and many runs never call it; a
 * resource it refuses is told at that call.
 */
import type { RunningService, ServiceModule, ServiceParts } from './service-module.js';

/** Stands for the service until it runs. One that could not start is tried again at the next call. */
export function startWhenCalled(module: Pick<ServiceModule, 'start'>, parts: ServiceParts): RunningService {
  let starting: Promise<RunningService> | undefined;
  const start = (): Promise<RunningService> => {
    starting ??= module.start(parts).catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  };
  return {
    handle: async (request) => (await start()).handle(request),
    close: async () => (await starting?.catch(() => undefined))?.close(),
  };
}
