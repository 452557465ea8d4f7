/** One connection through a frame proxy: passes frames on, lets rules take them, and ends both sides. */
import { WebSocket } from 'ws';
import type { FrameBoard } from './frame-board.js';
import type { Direction, FrameAction } from './frame-rule.js';

/** One connection, from a client to the server. */
export class FramePipe {
  readonly connection: number;
  readonly #sides: Readonly<Record<Direction, WebSocket>>;
  readonly #board: FrameBoard;
  #ended = false;

  constructor({ connection, client, upstream, board }: { connection: number; client: WebSocket; upstream: WebSocket; board: FrameBoard }) {
    this.connection = connection;
    this.#sides = { up: upstream, down: client };
    this.#board = board;
    this.#listen(client, 'up', 'client');
    this.#listen(upstream, 'down', 'server');
  }

  putIn(direction: Direction, text: string): void {
    this.#board.note({ kind: 'frame', connection: this.connection, direction, text, action: 'put in' });
    this.#send(direction, text);
  }

  /** Ends both sides, the other one as this one ended. */
  end(by: 'client' | 'server' | 'proxy', code: number, reason = ''): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#board.pipes.delete(this);
    this.#board.note({ kind: 'close', connection: this.connection, by, code });
    if (by !== 'client') shut(this.#sides.down, code, reason);
    if (by !== 'server') shut(this.#sides.up, by === 'proxy' ? 1006 : code, reason);
  }

  #listen(source: WebSocket, direction: Direction, by: 'client' | 'server'): void {
    source.on('error', () => undefined);
    source.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#sides[direction].send(data, { binary: true });
      else this.#pass(direction, data.toString());
    });
    source.on('close', (code, reason) => this.end(by, code, reason.toString()));
  }

  #pass(direction: Direction, text: string): void {
    const { connection } = this;
    const rule = this.#board.ruleOf({ direction, connection, text });
    this.#board.note({ kind: 'frame', connection, direction, text, ...(rule && { action: nameOf(rule.action) }) });
    if (rule?.action === 'hold') rule.hold(() => this.#send(direction, text));
    else if (typeof rule?.action === 'object' && 'close' in rule.action) this.end('proxy', rule.action.close, rule.action.reason);
    else for (const each of sent(text, rule?.action)) this.#send(direction, each);
  }

  /** A side that is gone takes nothing. */
  #send(direction: Direction, text: string): void {
    const side = this.#sides[direction];
    if (side.readyState === WebSocket.OPEN) side.send(text);
  }
}

/** What goes on in the place of a frame. */
function sent(text: string, action: FrameAction | undefined): readonly string[] {
  if (action === 'suppress') return [];
  if (action === 'duplicate') return [text, text];
  if (typeof action !== 'object') return [text];
  if ('replace' in action) return [action.replace(text)];
  if ('before' in action) return [...action.before, text];
  return 'after' in action ? [text, ...action.after] : [];
}

function nameOf(action: FrameAction): string {
  return typeof action === 'string' ? action : (Object.keys(action)[0] ?? '');
}

/** 1005 and 1006 are never in a close frame: https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1 */
function shut(socket: WebSocket, code: number, reason: string): void {
  if (code === 1006) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, reason);
}
