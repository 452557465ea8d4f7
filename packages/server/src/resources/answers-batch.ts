/**
 * Documents as the providers take them: Kendra at most 10 a call and 5 MB of text, in a call and in a document; a knowledge base 25 and
 * 6 MB a call. So calls have at most 10 documents of 4,000,000 bytes, which JSON's escapes leave inside of that. A longer text is cut there,
 * between two characters: its beginning answers.
 * https://docs.aws.amazon.com/kendra/latest/APIReference/API_BatchPutDocument.html
 * https://docs.aws.amazon.com/bedrock/latest/userguide/kb-direct-ingestion-add.html
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { AnswersDocument, AnswersResource } from '../service/answers.js';

const MAX_CALL_DOCUMENTS = 10;
const MAX_CALL_BYTES = 4_000_000;
const MAX_ID_CHARACTERS = 128;
const MAX_TITLE_CHARACTERS = 1_000;

/**
 * Calls of documents, in their order; an id that comes twice is there once, with its last document.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR for an id that is empty or too long.
 */
export function documentCalls(resource: AnswersResource, documents: readonly AnswersDocument[]): readonly (readonly AnswersDocument[])[] {
  checkIds(
    resource,
    documents.map(({ id }) => id),
  );
  const last = new Map(documents.map((document) => [document.id, document]));
  const calls: AnswersDocument[][] = [];
  let bytes = 0;
  for (const { id, title, text } of last.values()) {
    const document = { id, title: title.slice(0, MAX_TITLE_CHARACTERS), text: cutText(text) };
    const size = Buffer.byteLength(document.text);
    const call = calls.at(-1);
    if (call && call.length < MAX_CALL_DOCUMENTS && bytes + size <= MAX_CALL_BYTES) {
      call.push(document);
      bytes += size;
    } else {
      calls.push([document]);
      bytes = size;
    }
  }
  return calls;
}

/** Calls of ids, each once. */
export function idCalls(resource: AnswersResource, ids: readonly string[]): readonly (readonly string[])[] {
  checkIds(resource, ids);
  const each = [...new Set(ids)];
  const count = Math.ceil(each.length / MAX_CALL_DOCUMENTS);
  return Array.from({ length: count }, (_, call) => each.slice(call * MAX_CALL_DOCUMENTS, (call + 1) * MAX_CALL_DOCUMENTS));
}

function checkIds({ name }: AnswersResource, ids: readonly string[]): void {
  const wrong = ids.find((id) => id === '' || id.length > MAX_ID_CHARACTERS);
  if (wrong === undefined) return;
  throw new GatewayError(
    'INTERNAL_SERVER_ERROR',
    `bad id of a document for ${name}: got ${wrong.length} characters, expected 1 to ${MAX_ID_CHARACTERS}`,
  );
}

/** A decoder that waits for more leaves out the character that was cut. */
function cutText(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= MAX_CALL_BYTES ? text : new TextDecoder().decode(bytes.subarray(0, MAX_CALL_BYTES), { stream: true });
}
