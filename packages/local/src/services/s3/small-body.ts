/** Reads an XML body of S3 into memory, verified like an upload. */
import type { S3Call } from './call.js';
import { s3Error } from './errors.js';
import { readBodyDeclaration, receiveBody } from './request-body.js';

/** 1,000 keys of 1,024 bytes, escaped six times over. */
const MAX_XML_BYTES = 8 * 1024 * 1024;

/** The text of the body; throws `MalformedXML` when it is too long. */
export async function readSmallBody(call: Pick<S3Call, 'header' | 'body'>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    bytes += chunk.length;
    if (bytes > MAX_XML_BYTES) throw s3Error('MalformedXML');
    pieces.push(chunk);
  };
  await receiveBody(call.body, readBodyDeclaration(call.header), { write });
  return Buffer.concat(pieces).toString('utf8');
}
