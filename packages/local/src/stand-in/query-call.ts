/** Calls of the Query protocol (SNS, STS): a form out, XML back. */
import { AwsError } from '../wire/aws-error.js';
import type { StandInClient } from './client.js';
import { readAnswer } from './read-answer.js';

export interface QueryCall {
  readonly service: string;
  readonly action: string;
  /** `2010-03-31` of the API. */
  readonly version: string;
  /** Dotted names as on the wire. @default none */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The XML of the answer. @throws AwsError what the endpoint refuses with, or `ServiceUnavailable` */
export async function callQuery(client: StandInClient, { service, action, version, parameters = {} }: QueryCall): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: version, ...parameters }).toString();
  const answer = await sendForm(client, service, body);
  if (answer.statusCode < 400) return answer.body;
  const [, code = 'UnknownError'] = /<Code>([^<]*)<\/Code>/.exec(answer.body) ?? /"__type":"(?:[^"#]*#)?([^"]*)"/.exec(answer.body) ?? [];
  const [, message = answer.body.slice(0, 200)] = /<Message>([^<]*)<\/Message>/.exec(answer.body) ?? [];
  throw new AwsError({ code, message, statusCode: answer.statusCode });
}

export interface FormAnswer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
}

/** Sends a form, whatever the answer. */
export async function sendForm(client: StandInClient, service: string, body: string): Promise<FormAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const answer = await client.send({ service, method: 'POST', url: '/', headers, body });
  const text = (await readAnswer(answer)).toString('utf8');
  return { statusCode: answer.statusCode!, contentType: answer.headers['content-type'] ?? 'text/xml', body: text };
}
