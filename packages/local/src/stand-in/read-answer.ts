/** Reads the answer of a call whose body fits in memory. */
import type { StandInAnswer } from './client.js';

/** The body; rejects when the connection breaks. */
export async function readAnswer(answer: StandInAnswer): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
