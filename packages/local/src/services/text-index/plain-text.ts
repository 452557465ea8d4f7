/**
 * The text that readers of Markdown and HTML see, as far as searching needs it: without marks, tags, addresses of links and pictures. Code
 * stays, since people look for it.
 */

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Blocks stay apart by blank lines. */
export function htmlToText(html: string): string {
  return HIDDEN.reduce((text, [opening, closing]) => without(text, opening, closing), html)
    .replace(/<\/?(?:p|div|h[1-6]|li|ul|ol|table|tr|section|article|header|footer|blockquote|pre)\b[^<>]*>/gi, '\n\n')
    .replace(/<br\b[^<>]*>/gi, '\n')
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, decodeEntity);
}

/** What readers do not see. */
const HIDDEN = [
  [/<!--/g, /-->/g],
  ...['script', 'style', 'template'].map((name) => [new RegExp(`<${name}\\b`, 'gi'), new RegExp(`</${name}\\s*>`, 'gi')] as const),
] as const;

/** A text without all that stands from an opening to its closing. Looks at every character once, where one expression would look again and again. */
function without(text: string, opening: RegExp, closing: RegExp): string {
  let kept = '';
  let at = 0;
  for (;;) {
    opening.lastIndex = at;
    const start = opening.exec(text);
    closing.lastIndex = opening.lastIndex;
    if (start === null || !closing.test(text)) return kept + text.slice(at);
    kept += `${text.slice(at, start.index)} `;
    at = closing.lastIndex;
  }
}

function decodeEntity(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** Headings, paragraphs and list items stay as they are, without their marks. */
export function markdownToText(markdown: string): string {
  const withoutLinks = markdown
    .replace(/^ {0,3}\[[^\]\n]{1,200}\]:\s*\S.*$/gm, '')
    .replace(/!\[([^\]\n]{0,300})\](?:\([^()\n]{0,500}\)|\[[^\]\n]{0,200}\])/g, '')
    .replace(/\[([^\]\n]{0,300})\](?:\([^()\n]{0,500}\)|\[[^\]\n]{0,200}\])/g, '$1');
  return htmlToText(withoutLinks)
    .replace(/^ {0,3}(?:`{3,}|~{3,})[^\n`]*$/gm, '')
    .replace(/^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$/gm, '$1')
    .replace(/^ {0,3}(?:[-=*_] ?){3,}$/gm, '')
    .replace(/^ {0,3}>\s?/gm, '')
    .replace(/(\*\*|__)(?=\S)([^*_\n]{1,300})\1/g, '$2')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
