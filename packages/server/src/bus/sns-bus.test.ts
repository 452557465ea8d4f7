/** The bus on the real SNS client; the other end speaks SNS's Query protocol as its API reference has it. */

import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CREDENTIALS } from '../resources/dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, startRecorder } from '../resources/http-recorder.fixture.js';
import type { BusResource } from '../service/bus.js';
import { openSns } from './sns.js';
import { createSnsBus } from './sns-bus.js';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:documents.fifo';
const ordered: BusResource = { kind: 'bus', name: 'DocumentEvents', transport: 'sns-sqs', ordered: true };

const published: RecordedAnswer = {
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult></PublishResponse>`,
};

const refused = (status: number, code: string): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r1</RequestId></ErrorResponse>`,
});

const open: HttpRecorder[] = [];
afterEach(async () => {
  for (const recorder of open.splice(0)) await recorder.close();
});

async function start(answer: (form: URLSearchParams) => RecordedAnswer | Promise<RecordedAnswer>, resource = ordered) {
  const recorder = await startRecorder(({ body }) => answer(new URLSearchParams(body.toString())));
  open.push(recorder);
  const sns = openSns({ region: 'eu-west-1', endpoint: recorder.origin, credentials: async () => TEST_CREDENTIALS });
  const forms = () => recorder.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())));
  return { bus: createSnsBus({ resource, topicArn: TOPIC, sns: async () => sns }), forms };
}

const message = { name: 'changed', id: 'm1', key: 'zod@4.6.7', publishedAtMs: 1_700_000_000_123, data: { n: 1 } };

describe('SNS bus', () => {
  it('publishes JSON with the name as an attribute; key and id are group and deduplication id of a FIFO topic', async () => {
    const { bus, forms } = await start(() => published);
    await bus.publish(message);
    expect(forms()).toEqual([
      {
        Action: 'Publish',
        Version: '2010-03-31',
        TopicArn: TOPIC,
        Message: '{"name":"changed","id":"m1","key":"zod@4.6.7","publishedAtMs":1700000000123,"data":{"n":1}}',
        'MessageAttributes.entry.1.Name': 'message',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'changed',
        MessageGroupId: 'zod@4.6.7',
        MessageDeduplicationId: 'm1',
      },
    ]);
  });

  it('has neither on a topic without order', async () => {
    const { bus, forms } = await start(() => published, { ...ordered, ordered: false });
    await bus.publish(message);
    expect(Object.keys(forms()[0] ?? {})).not.toContain('MessageGroupId');
  });

  it('a key that SNS takes for no group goes by its hash', async () => {
    const { bus, forms } = await start(() => published);
    await bus.publish({ ...message, key: 'Ünïcode and spaces', id: 'x'.repeat(129) });
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(forms()).toMatchObject([{ MessageGroupId: sha256('Ünïcode and spaces'), MessageDeduplicationId: sha256('x'.repeat(129)) }]);
  });

  it('a throttled topic is SERVICE_UNAVAILABLE, after three attempts', async () => {
    const { bus, forms } = await start(() => refused(400, 'Throttling'));
    await expect(bus.publish(message)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: '[SERVICE_UNAVAILABLE] message bus DocumentEvents is busy or out of reach; try again',
    });
    expect(forms()).toHaveLength(3);
  });

  it('a denial names action, topic and what to add to `uses`, in the log', async () => {
    const { bus } = await start(() => refused(403, 'AuthorizationError'));
    await expect(bus.publish(message)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: `sns:Publish on bus DocumentEvents (${TOPIC}) was denied: add 'publish' to DocumentEvents.allow(…) in the service's \`uses\` and deploy`,
    });
  });

  it('a topic that is not there is ours to repair', async () => {
    const { bus } = await start(() => refused(404, 'NotFound'));
    await expect(bus.publish(message)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });
});
