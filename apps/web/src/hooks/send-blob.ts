/**
 * Sends bytes to a signed URL. XMLHttpRequest, because fetch cannot tell how far an upload is.
 */

export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SendOptions {
  /** Called with the bytes that have left. */
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** The connection broke: nobody knows what arrived. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor() {
    super('The connection was lost.');
  }
}

/**
 * Resolves when the bucket has it.
 *
 * @throws ConnectionLost, Error when the bucket refuses it, or the signal's reason.
 */
export function sendBlob({ url, headers }: SignedRequest, body: Blob, { onSent, signal }: SendOptions): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      // Browsers set the length themselves and refuse it from scripts.
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      if (request.status < 200 || request.status > 299) return reject(new Error(`The bucket refused it with status ${request.status}.`));
      onSent(body.size);
      resolve();
    };
    request.onerror = () => reject(new ConnectionLost());
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    request.send(body);
  });
}
