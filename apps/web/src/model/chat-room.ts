/**
 * What is seen in a room: what was said, once each and in its order, and who is there, by name.
 */

import type { ChatMember, ChatMessage, DirectMessage } from './document-types.js';

/** A line of the room, or between two members. */
export interface ChatLine extends ChatMessage {
  /** Of its event, with the topic's name before it: unique among all lines. */
  readonly key: string;
  /** Set when it is for one member only. */
  readonly to: string | undefined;
}

/** The line of something said in the room. */
export function roomLine(id: string, { from, name, text, atMs }: ChatMessage): ChatLine {
  return { key: `room ${id}`, from, name, text, atMs, to: undefined };
}

/** The line of a direct message. */
export function directLine(id: string, { from, name, text, atMs, to }: DirectMessage): ChatLine {
  return { key: `direct ${id}`, from, name, text, atMs, to };
}

const KEPT = 200;

/** The lines with more of them, by time; at most 200. */
export function addLines(lines: readonly ChatLine[], more: readonly ChatLine[]): readonly ChatLine[] {
  const known = new Set(lines.map(({ key }) => key));
  const all = [...lines, ...more.filter(({ key }) => !known.has(key))];
  return all.sort((a, b) => a.atMs - b.atMs).slice(-KEPT);
}

/** Who is there, by name. */
export function byName(members: readonly ChatMember[]): readonly ChatMember[] {
  return [...members].sort((a, b) => a.name.localeCompare(b.name) || (a.member < b.member ? -1 : 1));
}
