import { expect, it } from 'vitest';
import { AwsError } from './aws-error.js';
import { queryErrorResponse, queryItems, queryNode, queryResponse, queryText, readQueryForm } from './aws-query.js';

const form = (text: string) => readQueryForm(Buffer.from(text));

it('reads texts, lists in numeric order and maps of a form', () => {
  const input = form(
    'Action=Publish&Message=a+b%26c&Items.member.10=ten&Items.member.2=two&Map.entry.1.Name=kind&Map.entry.1.Value.DataType=String',
  );
  expect(queryText(input, 'Message')).toBe('a b&c');
  expect(queryText(input, 'Items')).toBeUndefined();
  expect(queryItems(input, 'Items')).toEqual(['two', 'ten']);
  const [entry] = queryItems(input, 'Map', 'entry');
  expect(entry).toMatchObject({ Name: 'kind', Value: { DataType: 'String' } });
  expect(queryItems(input, 'nothing')).toEqual([]);
  expect(queryNode(input, 'nothing')).toEqual({});
});

it('takes names such as __proto__ as names', () => {
  const input = form('__proto__.polluted=1&A.__proto__.polluted=1');
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
  expect(queryText(queryNode(input, '__proto__'), 'polluted')).toBe('1');
});

it('writes results and errors with the namespace of the service', () => {
  const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
  expect(queryResponse('Publish', { MessageId: 'a<b' }, namespace).body).toMatch(
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<PublishResponse xmlns="http:\/\/sns\.amazonaws\.com\/doc\/2010-03-31\/"><PublishResult><MessageId>a&lt;b<\/MessageId><\/PublishResult><ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/PublishResponse>$/,
  );
  const error = queryErrorResponse(new AwsError({ code: 'NotFound', message: 'Topic does not exist', statusCode: 404 }), namespace);
  expect(error.statusCode).toBe(404);
  expect(error.body).toContain('<Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message></Error>');
});
