import { describe, expect, it } from 'vitest';
import { memoryStage, pushed, startedGw } from '../socket/memory-socket.fixture.js';
import { failed, stopped } from '../socket/socket-client.fixture.js';
import { follow } from './follow.js';

const stage = memoryStage();

/** Follows the documents; each load answers the next of these. */
function following(...loads: readonly (readonly [state: string, position: string])[]) {
  const gateway = stage.client();
  const seen: unknown[] = [];
  const rest = [...loads];
  const load = async () => {
    const [state, position] = rest.shift() as readonly [string, string];
    return { state, position };
  };
  const loop = (async () => {
    for await (const step of follow({ load, subscribe: (options) => gateway.documents.changes.subscribe({}, options) })) seen.push(step);
  })();
  return { seen, loop };
}

describe('follow', () => {
  it('yields the state, then the events after its position', async () => {
    const { seen, loop } = following(['ten documents', 'e1.10']);
    const peer = await stage.opened();
    expect((await peer.sent())[0]?.params.lastEventId).toBe('e1.10');
    peer.send(startedGw(1, 'e1.10', 'e1.10'), pushed('e1', 11), stopped(1));
    await loop;
    expect(seen).toEqual([
      { kind: 'state', state: 'ten documents' },
      { kind: 'event', id: 'e1.11', data: 'e1.11' },
    ]);
  });

  it('loads anew when events were missed for good', async () => {
    const { seen, loop } = following(['ten documents', 'e1.10'], ['two documents', 'e2.2']);
    const peer = await stage.opened();
    peer.send(startedGw(1, 'e2.2', 'e2.2', [], 'epoch'));
    const sent = await peer.sent();
    expect(sent.at(-1)?.params.lastEventId).toBe('e2.2');
    peer.send(stopped(sent.at(-1)?.id as number));
    await loop;
    expect(seen).toEqual([
      { kind: 'state', state: 'ten documents' },
      { kind: 'state', state: 'two documents' },
    ]);
  });

  it('throws what ends the subscription otherwise', async () => {
    const { loop } = following(['ten documents', 'e1.10']);
    const ended = expect(loop).rejects.toMatchObject({ code: 'FORBIDDEN' });
    (await stage.opened()).send(failed(1, 'FORBIDDEN', 403));
    await ended;
  });
});
