/**
 * Reads the small XML bodies that S3 clients send (`Delete`, `CompleteMultipartUpload`, `CreateBucketConfiguration`): elements,
 * text, the five entities and character references. No DTD, no namespaces, no mixed content; anything else is `undefined`, which
 * the service answers with `MalformedXML`.
 */

export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const TOKEN = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;

/** The root element, or `undefined` when the text is not well-formed XML of the supported kind. */
export function readXml(text: string): XmlElement | undefined {
  const top: OpenElement = { name: '', text: '', children: [] };
  const open = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match || !take(match, open)) return undefined;
  }
  return open.length === 1 && top.children.length === 1 && top.text.trim() === '' ? top.children[0] : undefined;
}

/** The first child of a name. */
function xmlChild(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** The text of the first child of a name. */
export function xmlText(element: XmlElement, name: string): string | undefined {
  return xmlChild(element, name)?.text;
}

/** Puts one token into the tree; false when it does not fit. */
function take(match: RegExpExecArray, open: OpenElement[]): boolean {
  const [, cdata, closing, opening, selfClosing, text] = match;
  const current = open.at(-1)!;
  if (closing !== undefined) return open.length > 1 && open.pop()!.name === closing;
  if (opening !== undefined) {
    const element: OpenElement = { name: opening, text: '', children: [] };
    current.children.push(element);
    if (!selfClosing) open.push(element);
    return true;
  }
  const raw = cdata ?? (text === undefined ? '' : decodeEntities(text));
  if (raw === undefined) return false;
  current.text += raw;
  return true;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string | undefined {
  let valid = true;
  const decoded = text.replace(/&([^;\s]*);?/g, (_, name: string) => {
    const number = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
    const codePoint = number ? Number.parseInt(number[1] ?? number[2]!, number[1] ? 16 : 10) : undefined;
    const value = codePoint === undefined ? ENTITIES[name] : codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined;
    valid &&= value !== undefined;
    return value ?? '';
  });
  return valid ? decoded : undefined;
}
