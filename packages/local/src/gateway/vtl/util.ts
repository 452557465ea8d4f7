/**
 * `$util` of API Gateway's mapping templates.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#util-template-reference
 */
import { TemplateError } from './template-error.js';
import { fromJson, toText, type VtlHost, type VtlValue } from './value.js';

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "\\'",
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\n': '\\n',
  '\t': '\\t',
  '\f': '\\f',
  '\r': '\\r',
};

/** Escapes as Apache's `StringEscapeUtils.escapeJavaScript`, single quotes and slashes included. */
export function escapeJavaScript(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  return text.replace(/['"\\/\u0000-\u001f\u007f-\uffff]/g, (character) => ESCAPES[character] ?? unicodeEscape(character));
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The `$util` object; it has no state. */
export const UTIL: VtlHost = {
  hostName: '$util',
  methods: {
    escapeJavaScript: (value) => escapeJavaScript(textOf(value)),
    parseJson: (value) => parseJson(textOf(value)),
    urlEncode: (value) => new URLSearchParams([['', textOf(value)]]).toString().slice(1),
    urlDecode: (value) => decodeForm(textOf(value)),
    base64Encode: (value) => Buffer.from(textOf(value)).toString('base64'),
    base64Decode: (value) => Buffer.from(textOf(value), 'base64').toString('utf8'),
  },
};

function textOf(value: VtlValue | undefined): string {
  return value === undefined || value === null ? '' : toText(value);
}

function parseJson(text: string): VtlValue {
  try {
    return fromJson(JSON.parse(text));
  } catch (cause) {
    throw new TemplateError(`$util.parseJson() got ${JSON.stringify(text.slice(0, 80))}, expected JSON`, { cause });
  }
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw new TemplateError(`$util.urlDecode() got ${JSON.stringify(text.slice(0, 80))}, expected percent-encoded text`, { cause });
  }
}
