/**
 * The AWS Query protocol (SNS, STS): a form with `Action` and dotted parameter names, an XML document back.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { randomUUID } from 'node:crypto';
import type { AwsError } from './aws-error.js';
import type { WireResponse } from './wire-handler.js';
import { type XmlValue, xmlDocument } from './xml-writer.js';

/** Parameters by the parts of their names: `A.member.1=x` is `{ A: { member: { 1: 'x' } } }`. */
export interface QueryNode {
  readonly [part: string]: string | QueryNode;
}

/** The parameters of a form, `Action` and `Version` among them. A name that is both a text and a node keeps what came last. */
export function readQueryForm(body: Uint8Array): QueryNode {
  const root: Record<string, unknown> = Object.create(null);
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString('utf8'))) {
    const parts = name.split('.');
    let node = root;
    for (const part of parts.slice(0, -1)) {
      if (typeof node[part] !== 'object') node[part] = Object.create(null);
      node = node[part] as Record<string, unknown>;
    }
    node[parts.at(-1)!] = value;
  }
  return root as QueryNode;
}

/** The text of a parameter, `undefined` when it is missing. */
export function queryText(node: QueryNode, name: string): string | undefined {
  const value = node[name];
  return typeof value === 'string' ? value : undefined;
}

/** What lies below a name; nothing is an empty node. */
export function queryNode(node: QueryNode, name: string): QueryNode {
  const value = node[name];
  return typeof value === 'object' ? value : {};
}

/** The items of a list in order. @param item `member`, or `entry` for maps. */
export function queryItems(node: QueryNode, name: string, item: 'member' | 'entry' = 'member'): readonly (string | QueryNode)[] {
  const items = queryNode(queryNode(node, name), item);
  return Object.keys(items)
    .sort((left, right) => Number(left) - Number(right))
    .map((index) => items[index]!);
}

/** A successful answer: `<ActionResponse><ActionResult>…`. */
export function queryResponse(action: string, result: XmlValue, namespace: string): WireResponse {
  const content = { [`${action}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } };
  return xmlResponse(200, xmlDocument(`${action}Response`, content, { namespace }));
}

/** An error answer. */
export function queryErrorResponse(error: AwsError, namespace: string): WireResponse {
  const { code, message, statusCode } = error;
  const type = statusCode < 500 ? 'Sender' : 'Receiver';
  const content = { Error: { Type: type, Code: code, Message: message }, RequestId: randomUUID() };
  return xmlResponse(statusCode, xmlDocument('ErrorResponse', content, { namespace }));
}

function xmlResponse(statusCode: number, body: string): WireResponse {
  return { statusCode, headers: { 'content-type': 'text/xml' }, body };
}
