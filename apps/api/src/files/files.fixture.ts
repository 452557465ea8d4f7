/** The files service on memory, and the steps that its tests share. */

import { GatewayError } from '@org/gateway-core/errors';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { filesHandlers } from './handlers.js';

/** What an upload answers, as far as tests read it. */
export interface Upload {
  readonly key: string;
  readonly url: string;
}

/** Its keys end in ones, then in twos, and so on. */
export function runFiles(): RunningService {
  let seed = 0;
  return runService(filesHandlers((size) => new Uint8Array(size).fill(++seed)));
}

/** Asks for the upload of a picture of three bytes. */
export function askUpload(service: RunningService, name = 'cat.png'): Promise<Upload> {
  return service.call('upload', { name, contentType: 'image/png', bytes: 3 }) as Promise<Upload>;
}

/** The picture arrives in the bucket. */
export function arrive(service: RunningService, key: string): Promise<void> {
  return service.bucket('uploads').put(key, 'cat', { contentType: 'image/png' });
}

/** Fails the operation that it is put before. */
export function unavailable(): never {
  throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
}
