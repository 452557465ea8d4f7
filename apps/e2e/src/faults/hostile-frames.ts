/**
 * Frames that no client of ours sends, made from frames that one does: a value somewhere in it is another, or the text is damaged. Each is
 * one message that is answered once, so that a test can count answers.
 */

/** What stands in the place of a value: other types, edges of numbers, names of the prototype chain, text that is no Unicode, depth. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  '',
  '__proto__',
  'constructor',
  '\ud800',
  '\u0000',
  'x'.repeat(2_000),
  '../../etc/passwd',
  '$connect',
  {},
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  JSON.parse(nested(200)),
];

/** A text of JSON so many arrays deep. */
export function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Makes frames from a sequence of numbers in [0, 1): the same ones for the same sequence. */
export function hostileFrames(random: () => number, count: number): readonly string[] {
  const pick = <TItem>(items: readonly TItem[]): TItem => items[Math.floor(random() * items.length)] as TItem;
  return Array.from({ length: count }, (_, at) => {
    const message = pick(templates(`f${at}`));
    return random() < 0.3 ? damaged(JSON.stringify(message), random) : JSON.stringify(replaced(message, pick(HOSTILE), random));
  });
}

function templates(id: string): readonly object[] {
  const call = { id, svc: 'documents', params: { path: 'documents.get', input: { id: 'no-such-document' } } };
  return [
    { ...call, method: 'query', gw: 2, k: undefined, dl: 5_000 },
    { ...call, method: 'mutation', gw: 2, k: id, dl: 5_000, params: { path: 'documents.remove', input: { id: 'no-such-document' } } },
    { ...call, method: 'subscription', gw: 2, params: { path: 'documents.changes', input: { folder: 'hostile' }, lastEventId: 'abc.7' } },
    { id: null, method: 'gw.sync', svc: 'gw', params: { n: 7, c: [['f1', 'abc.7']] } },
    { id, method: 'gw.upload', svc: 'gw', params: { bytes: 40_000, sha256: 'a'.repeat(64) } },
    { id: null, method: 'gw.ref', svc: 'documents', params: { key: 'in/none', bytes: 4, sha256: 'a'.repeat(64) } },
  ];
}

/** The message with one of its values replaced. */
function replaced(value: unknown, by: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.1) return by;
  const keys = Object.keys(value);
  const key = keys[Math.floor(random() * keys.length)];
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  if (key !== undefined) copy[key] = replaced(copy[key], by, random);
  return copy;
}

/** The text with a character gone, doubled or another. Its first one stays: an array would be several messages. */
function damaged(text: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (text.length - 1));
  const instead = ['', text.slice(at, at + 1).repeat(2), '"', '\u0000', '😀', '9'][Math.floor(random() * 6)] ?? '';
  return text.slice(0, at) + instead + text.slice(at + 1);
}
