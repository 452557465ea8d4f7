import { describe, expect, it } from 'vitest';
import { failure } from '../failure.js';
import { iterate, socketStage, stopped } from './socket-client.fixture.js';

const stage = socketStage();

describe('where the socket is', () => {
  it('is said to be missing at an API Gateway host', async () => {
    const events = iterate(
      stage.client({ url: 'https://abc123.execute-api.eu-central-1.amazonaws.com/prod' }).documents.changes.subscribe({}),
    );
    await expect(events.next()).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: '[BAD_REQUEST] socketUrl is "", expected wss://…',
    });
  });

  it('is refused when it is no WebSocket address', async () => {
    const events = iterate(stage.client({ socketUrl: 'https://example.com' }).documents.changes.subscribe({}));
    await expect(events.next()).rejects.toMatchObject({ message: '[BAD_REQUEST] socketUrl is "https://example.com", expected wss://…' });
  });

  it('is nowhere when socketUrl throws a GatewayError', async () => {
    const gateway = stage.client({
      socketUrl: () => {
        throw failure('UNAUTHORIZED', 'socketUrl', 'needs a signed-in user');
      },
    });
    await expect(iterate(gateway.documents.changes.subscribe({})).next()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const reason = '[UNAUTHORIZED] socketUrl needs a signed-in user';
    expect(gateway.$connection.state).toEqual({ status: 'closed', reason, code: 'UNAUTHORIZED' });
  });

  it('is socketUrl when there is one', async () => {
    iterate(
      stage.client({ url: 'https://nowhere.invalid', socketUrl: stage.server.url.replace('http', 'ws') }).documents.changes.subscribe({}),
    );
    const peer = await stage.server.peer();
    await peer.next();
    peer.send(stopped(1));
  });
});
