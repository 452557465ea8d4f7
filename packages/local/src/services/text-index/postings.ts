/**
 * Where each term occurs: per term a list of documents with the positions in each, in a form that takes about three bytes an occurrence.
 * All lists live in one array of bytes. A list is a chain of slices that double in size, each ending in the address of the next; numbers are
 * differences to the one before, seven bits a byte. Documents are added in ascending order and never removed: see `TextField.compact`.
 */
import { IntColumn } from './int-column.js';

const SLICE_BYTES = [8, 16, 32, 64, 128, 256, 512, 1024] as const;
const ADDRESS_BYTES = 4;

/** The lists of all terms of a field. */
export class Postings {
  #bytes = new Uint8Array(1 << 14);
  #used = 0;
  /** Per list: its first byte, the next free one, the end of its last slice, and that slice's size as an index of SLICE_BYTES. */
  readonly #head = new IntColumn();
  readonly #tail = new IntColumn();
  readonly #end = new IntColumn();
  readonly #size = new IntColumn();
  readonly #lastDocument = new IntColumn();

  /** A new, empty list. */
  create(): number {
    const list = this.#head.length;
    const start = this.#allocate(0);
    this.#head.push(start);
    this.#tail.push(start);
    this.#end.push(start + SLICE_BYTES[0]);
    this.#size.push(0);
    this.#lastDocument.push(0);
    return list;
  }

  /** Adds a document, which is greater than those before, with ascending positions. */
  append(list: number, document: number, positions: readonly number[]): void {
    this.#writeNumber(list, document - this.#lastDocument.get(list));
    this.#lastDocument.set(list, document);
    this.#writeNumber(list, positions.length);
    let previous = 0;
    for (const position of positions) {
      this.#writeNumber(list, position - previous);
      previous = position;
    }
  }

  /** Reads a list from its start. */
  read(list: number): PostingsCursor {
    return new PostingsCursor({ bytes: this.#bytes, start: this.#head.get(list), tail: this.#tail.get(list) });
  }

  #writeNumber(list: number, value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#writeByte(list, (rest & 127) | 128);
      rest >>>= 7;
    }
    this.#writeByte(list, rest);
  }

  #writeByte(list: number, byte: number): void {
    let tail = this.#tail.get(list);
    if (tail === this.#end.get(list)) tail = this.#nextSlice(list, tail);
    this.#bytes[tail] = byte;
    this.#tail.set(list, tail + 1);
  }

  #nextSlice(list: number, end: number): number {
    const size = Math.min(this.#size.get(list) + 1, SLICE_BYTES.length - 1);
    const start = this.#allocate(size);
    writeAddress(this.#bytes, end, start);
    this.#end.set(list, start + SLICE_BYTES[size]!);
    this.#size.set(list, size);
    return start;
  }

  #allocate(size: number): number {
    const start = this.#used;
    this.#used += SLICE_BYTES[size]! + ADDRESS_BYTES;
    if (this.#used > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#used, Math.ceil(this.#bytes.length * 1.5)));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return start;
  }
}

interface ListAddress {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly tail: number;
}

/** Walks through one list. It sees what was there when it was made. */
export class PostingsCursor {
  /** Where it stands; valid after `next()` returned true. */
  document = 0;
  frequency = 0;
  readonly #bytes: Uint8Array;
  readonly #tail: number;
  #at: number;
  #end: number;
  #size = 0;
  #unread = 0;

  constructor({ bytes, start, tail }: ListAddress) {
    this.#bytes = bytes;
    this.#tail = tail;
    this.#at = start;
    this.#end = start + SLICE_BYTES[0];
  }

  /** Goes to the next document; false at the end. */
  next(): boolean {
    for (; this.#unread > 0; this.#unread--) this.#readNumber();
    if (this.#at === this.#tail) return false;
    this.document += this.#readNumber();
    this.frequency = this.#readNumber();
    this.#unread = this.frequency;
    return true;
  }

  /** Positions in the document it stands on; to be read once. */
  positions(): number[] {
    const positions: number[] = [];
    let position = 0;
    for (; this.#unread > 0; this.#unread--) {
      position += this.#readNumber();
      positions.push(position);
    }
    return positions;
  }

  #readNumber(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#readByte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  #readByte(): number {
    if (this.#at === this.#end) {
      this.#at = readAddress(this.#bytes, this.#end);
      this.#size = Math.min(this.#size + 1, SLICE_BYTES.length - 1);
      this.#end = this.#at + SLICE_BYTES[this.#size]!;
    }
    return this.#bytes[this.#at++]!;
  }
}

function writeAddress(bytes: Uint8Array, at: number, address: number): void {
  for (let index = 0; index < ADDRESS_BYTES; index++) bytes[at + index] = address >>> (8 * index);
}

function readAddress(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
