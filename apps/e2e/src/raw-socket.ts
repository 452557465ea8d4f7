/** A socket without any client on it: frames in, frames out. */

import { once } from 'node:events';
import { WebSocket } from 'ws';

/** An open connection and what came over it. */
export interface RawSocket {
  send(frame: string | Uint8Array | object): void;
  /** The next frame that fits, seen already or still to come. */
  next(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** Every frame so far. */
  readonly frames: readonly Frame[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): Promise<void>;
}

/** A parsed frame; a text that is no JSON is under `text`. */
export type Frame = { readonly text?: string } & Readonly<Record<string, unknown>>;

/** Opens a connection. */
export async function rawSocket(url: string): Promise<RawSocket> {
  const socket = new WebSocket(url);
  const frames: Frame[] = [];
  const waiting: { fits: (frame: Frame) => boolean; resolve: (frame: Frame) => void }[] = [];
  socket.on('message', (data) => {
    const frame = parse(String(data));
    frames.push(frame);
    for (const wait of waiting) if (wait.fits(frame)) wait.resolve(frame);
  });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', resolve);
  });
  await once(socket, 'open');
  return {
    send: (frame) => socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame)),
    next: (fits) => {
      const seen = frames.find(fits);
      return seen ? Promise.resolve(seen) : new Promise((resolve) => waiting.push({ fits, resolve }));
    },
    frames,
    closed,
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

function parse(text: string): Frame {
  try {
    return JSON.parse(text) as Frame;
  } catch {
    return { text };
  }
}
