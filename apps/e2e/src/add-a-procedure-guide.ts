/**
 * Reads "Add a procedure in three files" in CONTRIBUTING.md: which code goes into which file, and where. The prose is for people; the
 * pattern it keeps is "In `file`, before `text`:" or "In `file`, at the end:" in front of a block of code.
 */

/** One block of code and where it belongs. */
export interface Insertion {
  /** Path from the root of the workspace. */
  readonly file: string;
  /** How the line begins, without its indentation, that the code goes before; undefined: at the end. */
  readonly before: string | undefined;
  readonly code: string;
}

/** What the section says. */
export interface Guide {
  readonly insertions: readonly Insertion[];
  /** What the compiler says while the handler is missing. */
  readonly complaint: string;
  /** The program at the end, which calls the new procedure. */
  readonly program: string;
}

const TITLE = '## Add a procedure in three files\n';
/** A block ends with as many backticks as it begins with. */
const INSERTION = /In `([^`]+)`, (?:before `([^`]+)`|at the end):\n\n(`{3,})ts\n(.*?)^\3\n/gms;

/**
 * Reads the section.
 *
 * @throws Error that says what the section lacks.
 */
export function readGuide(markdown: string): Guide {
  const [, rest] = markdown.split(TITLE);
  if (rest === undefined) throw new Error(`CONTRIBUTING.md has no section "${TITLE.trim()}"`);
  const section = rest.split('\n## ')[0] as string;
  const insertions = [...section.matchAll(INSERTION)].map(([, file = '', before, , code = '']) => ({ file, before, code }));
  const complaint = /```text\n(.*?)\n```/s.exec(section)?.[1];
  const program = /```ts\n(import .*?)```/s.exec(section)?.[1];
  if (insertions.length === 0 || complaint === undefined || program === undefined) {
    throw new Error(
      `CONTRIBUTING.md, "${TITLE.slice(3, -1)}": got ${insertions.length} blocks to insert, ${complaint ? 'a' : 'no'} complaint of the ` +
        `compiler and ${program ? 'a' : 'no'} program; expected all three`,
    );
  }
  return { insertions, complaint, program };
}

/**
 * The text of a file with the code in it, an empty line between the code and what it stands next to.
 *
 * @throws Error when the place is missing or not the only one.
 */
export function insert(text: string, { file, before, code }: Insertion): string {
  if (before === undefined) return `${text}\n${code}`;
  const lines = text.split('\n');
  const places = lines.flatMap((line, at) => (line.trimStart().startsWith(before) ? [at] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) {
    throw new Error(`CONTRIBUTING.md says "before ${before}": got ${places.length} such lines in ${file}, expected one`);
  }
  return [...lines.slice(0, place), ...code.split('\n'), ...lines.slice(place)].join('\n');
}
