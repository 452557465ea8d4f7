/**
 * Uploads a file to the signed URL. XMLHttpRequest, because fetch cannot tell how far an upload is.
 */

import type { GatewayClient } from '@org/gateway-client';

/**
 * Resolves with the file's key when the bucket has it.
 *
 * @throws GatewayError when the gateway refuses it, Error when the bucket does or the connection breaks.
 */
export async function uploadFile(gateway: GatewayClient, file: File, onProgress: (fraction: number) => void): Promise<string> {
  const contentType = /^[a-z]+\/[a-z0-9.+-]+/.exec(file.type)?.[0] ?? 'application/octet-stream';
  const { url, headers, key } = await gateway.files.upload.mutate({ name: file.name, contentType, bytes: file.size });
  await new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      // Browsers set the length themselves and refuse it from scripts.
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () =>
      request.status === 200 ? resolve() : reject(new Error(`The upload was refused with status ${request.status}.`));
    request.onerror = () => reject(new Error('The upload was cut off. Nothing was stored; try again.'));
    request.send(file);
  });
  return key;
}
