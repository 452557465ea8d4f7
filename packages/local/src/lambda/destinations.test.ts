import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../iam/authorize.js';
import type { Caller, OutgoingMessage } from '../services/neighbours.js';
import { createJournal } from '../template/assembly.test.fixture.js';
import { createDestinations } from './destinations.js';

const role = { arn: 'arn:aws:sts::000000000000:assumed-role/fnRole/fn', roleId: 'FnRole' };
const retained = { functionName: 'fn', body: '{"n":1}' };

function start(authorize: (request: AuthorizationRequest) => { allowed: boolean } = () => ({ allowed: true })) {
  const journal = createJournal();
  const sent: [string, OutgoingMessage, Caller][] = [];
  const calls: unknown[][] = [];
  const destinations = createDestinations({
    neighbours: {
      queues: { send: async (...all: [string, OutgoingMessage, Caller]) => void sent.push(all) } as never,
      topics: { publish: async (...all: [string, OutgoingMessage, Caller]) => void sent.push(all) } as never,
    },
    invoke: async (...call) => {
      calls.push(call);
      return { statusCode: 202, payload: '' };
    },
    authorize,
    principalOf: () => role,
    report: journal.report,
  });
  return { destinations, sent, calls, entries: journal.entries };
}

describe('a destination', () => {
  it.each(['sqs', 'sns'])('of %s gets the record in the name of the role', async (service) => {
    const { destinations, sent } = start();
    const destinationArn = `arn:aws:${service}:us-east-1:000000000000:failed`;
    const attributes = { RequestID: { DataType: 'String', StringValue: '1' } };
    await destinations.send({ ...retained, destinationArn, attributes });
    expect(sent).toEqual([[destinationArn, { body: '{"n":1}', attributes }, { principal: role }]]);
  });

  it('that is a function is called with the record, if the role may', async () => {
    const destinationArn = 'arn:aws:lambda:us-east-1:000000000000:function:cleanup';
    const { destinations, calls } = start();
    await destinations.send({ ...retained, destinationArn });
    expect(calls).toEqual([[destinationArn, { n: 1 }, { invocationType: 'Event' }]]);
    const denied = start(() => ({ allowed: false }));
    await denied.destinations.send({ ...retained, destinationArn });
    expect(denied.calls).toEqual([]);
    expect(denied.entries.at(-1)?.message).toMatch(/is lost: User: .*fnRole\/fn is not authorized to perform: lambda:InvokeFunction/);
  });

  it('that is not served here is reported with what is lost', async () => {
    const { destinations, entries } = start();
    await destinations.send({ ...retained, destinationArn: 'arn:aws:events:us-east-1:000000000000:event-bus/main' });
    expect(entries.at(-1)).toMatchObject({ level: 'error', detail: { body: '{"n":1}' } });
    expect(entries.at(-1)?.message).toMatch(/queues, topics and functions only/);
  });
});
