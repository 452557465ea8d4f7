/**
 * What happened, as lines for people and as one number that is the same when two runs were the same. Lines are kept only when asked for:
 * a seed that failed is run again to read them.
 */

/** Takes notes of a run. */
export interface Trace {
  /** Notes that `who` did or suffered something. Parts are joined only when lines are kept. */
  note(who: string, what: string, more?: string | number): void;
  /** Of everything noted so far, with its times. */
  readonly hash: string;
  readonly lines: readonly string[];
}

/** A trace of nothing yet; `nowMs` dates the notes. */
export function createTrace(nowMs: () => number, keepsLines: boolean): Trace {
  const lines: string[] = [];
  let hash = 0x811c9dc5;
  const mix = (text: string) => {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  };
  return {
    lines,
    get hash() {
      return (hash >>> 0).toString(16).padStart(8, '0');
    },
    note(who, what, more = '') {
      const at = nowMs();
      hash = Math.imul(hash ^ Math.floor(at * 1000), 0x01000193);
      mix(who);
      mix(what);
      mix(String(more));
      if (keepsLines) lines.push(`${timeText(at)}  ${who.padEnd(10)} ${what} ${more}`.trimEnd());
    },
  };
}

/** `1:02:03.456` */
export function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (value: number, length = 2) => String(value).padStart(length, '0');
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}.${pad(Math.floor(ms % 1000), 3)}`;
}
