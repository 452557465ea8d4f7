/**
 * DeleteObjects: asks for every key by itself, as S3 does, passes on those that may be deleted, and adds the denied ones to the answer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
import { createHash } from 'node:crypto';
import { objectArn, type S3Request, type S3Result } from '../services/s3/call.js';
import { s3Error } from '../services/s3/errors.js';
import { readSmallBody } from '../services/s3/small-body.js';
import { AwsError } from '../wire/aws-error.js';
import { readXml, type XmlElement, xmlText } from '../wire/xml-reader.js';
import { type XmlValue, xmlDocument } from '../wire/xml-writer.js';
import type { StandInClient } from './client.js';
import { readAnswer } from './read-answer.js';

const closing = '</DeleteResult>';

export async function deleteObjects(client: StandInClient, request: S3Request): Promise<S3Result> {
  const root = readXml(await readSmallBody(request));
  const entries = root?.name === 'Delete' ? root.children.filter(({ name }) => name === 'Object') : [];
  if (entries.length === 0) throw s3Error('MalformedXML');
  const denied = new Map(entries.flatMap((entry) => denialOf(request, entry)));
  const allowed = entries.filter((entry) => !denied.has(entry));
  const answer = allowed.length === 0 ? xmlDocument('DeleteResult', {}) : await passOn(client, request, { root: root!, allowed });
  if (typeof answer !== 'string') return answer;
  const errors = [...denied].map(([entry, { code, message }]) => ({ Key: xmlText(entry, 'Key'), Code: code, Message: message }));
  return { statusCode: 200, body: withErrors(answer, errors) };
}

function denialOf(request: S3Request, entry: XmlElement): readonly (readonly [XmlElement, AwsError])[] {
  try {
    request.authorize('s3:DeleteObject', objectArn({ bucketName: request.bucketName, key: xmlText(entry, 'Key') ?? '' }));
    return [];
  } catch (error) {
    if (error instanceof AwsError) return [[entry, error]];
    throw error;
  }
}

/** The document of the answer, or a whole answer that is none. */
async function passOn(
  client: StandInClient,
  { url, bucketName }: S3Request,
  { root, allowed }: { readonly root: XmlElement; readonly allowed: readonly XmlElement[] },
): Promise<string | S3Result> {
  const objects = allowed.map(({ children }) => Object.fromEntries(children.map(({ name, text }) => [name, text])));
  const quiet = xmlText(root, 'Quiet');
  const body = xmlDocument('Delete', { ...(quiet === undefined ? {} : { Quiet: quiet }), Object: objects });
  const sha256 = createHash('sha256').update(body).digest('hex');
  const headers = {
    'content-type': 'application/xml',
    'content-md5': createHash('md5').update(body).digest('base64'),
    'x-amz-content-sha256': sha256,
  };
  const path = url.startsWith(`/${bucketName}/`) ? `/${bucketName}/` : `/${bucketName}`;
  const answer = await client.send({ service: 's3', method: 'POST', url: `${path}?delete=`, headers, body });
  const text = (await readAnswer(answer)).toString('utf8');
  return answer.statusCode === 200 ? text : { statusCode: answer.statusCode!, body: text };
}

function withErrors(answer: string, errors: readonly XmlValue[]): string {
  if (errors.length === 0) return answer;
  const [, elements = ''] = /<Errors>([\s\S]*)<\/Errors>/.exec(xmlDocument('Errors', { Error: errors }, { namespace: false })) ?? [];
  return answer.includes(closing) ? answer.replace(closing, `${elements}${closing}`) : xmlDocument('DeleteResult', { Error: errors });
}
