/** WebSockets that are counted: how many are open, how many there were at most, and whether a `gw.sync` waits for its answer. */

import { WebSocket } from 'ws';

/** The sockets of some clients. */
export interface CountedSockets {
  /** For a client's options. */
  readonly WebSocket: new (
    url: string,
  ) => WebSocket;
  /** Made and not yet closed, those that are connecting among them. */
  readonly open: number;
  /** The most there were at a time. */
  readonly most: number;
  /** When each was made. */
  readonly madeAtMs: readonly number[];
  /** Whether none is connecting, and no `gw.sync` lacks its answer. */
  isQuiet(): boolean;
}

/** Counts from zero. @param now the clients' time */
export function countSockets(now: () => number): CountedSockets {
  const questions = new Map<WebSocket, number>();
  const madeAtMs: number[] = [];
  let most = 0;
  class Counted extends WebSocket {
    constructor(url: string) {
      super(url);
      questions.set(this, 0);
      madeAtMs.push(now());
      most = Math.max(most, questions.size);
      this.once('close', () => questions.delete(this));
      this.on('message', (data) => isSync(data) && questions.set(this, Math.max(0, (questions.get(this) ?? 0) - 1)));
    }
    override send(...frame: [data: unknown]): void {
      if (isSync(frame[0])) questions.set(this, (questions.get(this) ?? 0) + 1);
      super.send(String(frame[0]));
    }
  }
  return {
    WebSocket: Counted,
    madeAtMs,
    get open() {
      return questions.size;
    },
    get most() {
      return most;
    },
    isQuiet: () => [...questions].every(([socket, count]) => socket.readyState !== WebSocket.CONNECTING && count === 0),
  };
}

function isSync(frame: unknown): boolean {
  return String(frame).includes('"method":"gw.sync"');
}
