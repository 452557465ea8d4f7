/**
 * A batch of a DynamoDB stream (NEW_AND_OLD_IMAGES or NEW_IMAGE) as Lambda hands it over: attributes in DynamoDB's form, with binary ones in
 * base64. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */

import { unmarshall } from '@aws-sdk/util-dynamodb';

type Image = Readonly<Record<string, unknown>>;

export interface StreamRecord {
  readonly eventName?: string;
  readonly dynamodb?: {
    readonly Keys?: Image;
    readonly NewImage?: Image;
    readonly OldImage?: Image;
    readonly SequenceNumber?: string;
  };
}

export interface StreamEvent {
  readonly Records: readonly StreamRecord[];
}

/** The item of an image. */
export function itemOfImage(image: Image): Readonly<Record<string, unknown>> {
  return unmarshall(withBytes(image) as Parameters<typeof unmarshall>[0]);
}

/** Base64 to bytes: attributes of the types B and BS, however deep. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  const { B, BS } = value as { readonly B?: unknown; readonly BS?: unknown };
  if (typeof B === 'string') return { B: bytesOf(B) };
  if (Array.isArray(BS)) return { BS: BS.map((each) => bytesOf(String(each))) };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withBytes(each)]));
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
