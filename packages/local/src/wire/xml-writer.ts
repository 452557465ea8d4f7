/**
 * Writes the XML of the REST-XML (S3) and Query protocols. An object is a sequence of elements, an array repeats its element, `undefined`
 * leaves it out. Attributes are not needed but for the root's `xmlns`.
 */

export type XmlValue = string | number | boolean | undefined | readonly XmlValue[] | { readonly [element: string]: XmlValue };

const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A document with a namespace on its root, @default S3's. Errors of S3 have none: pass `namespace: false`. */
export function xmlDocument(root: string, content: XmlValue, options: { readonly namespace?: false | string } = {}): string {
  const { namespace = S3_NAMESPACE } = options;
  const attribute = namespace === false ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${xmlContent(content)}</${root}>`;
}

/** Text made safe for element content. Control characters become references, so that a parser gives them back unchanged. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not stand in XML as they are
  return text.replace(/[&<>"\r\n\t\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (character) => {
    const named = NAMED[character];
    return named ?? `&#x${character.codePointAt(0)!.toString(16)};`;
  });
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xmlContent(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeXml(String(value));
  if (Array.isArray(value)) return value.map(xmlContent).join('');
  return Object.entries(value).map(elements).join('');
}

function elements([name, value]: [string, XmlValue]): string {
  if (value === undefined) return '';
  const each: readonly XmlValue[] = Array.isArray(value) ? value : [value];
  return each.map((one) => `<${name}>${xmlContent(one)}</${name}>`).join('');
}
