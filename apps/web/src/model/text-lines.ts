/** Texts to classify, one a line: within what a call takes, 32 texts of 10,000 characters. */

const MAX_TEXTS = 32;
const MAX_CHARACTERS = 10_000;

/** The lines that say something. */
export function textLines(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim().slice(0, MAX_CHARACTERS));
  return lines.filter((line) => line !== '').slice(0, MAX_TEXTS);
}

/** The whole as one text, as much as a call takes; undefined when it says nothing. */
export function wholeText(text: string): string | undefined {
  const whole = text.trim().slice(0, MAX_CHARACTERS);
  return whole === '' ? undefined : whole;
}
