/**
 * Sizes and equality of items. Sizes follow
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html: names and strings in UTF-8 bytes
 * (dynalite counts UTF-16 units), numbers at half a byte per digit and one more, one byte per element of a list or map and three for it.
 */
import type { AttributeValue, Item } from './dynalite.js';

/** DynamoDB's limit of one item: 400 KB. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** Bytes of an item: attribute names and values. */
export function itemSizeBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSizeBytes(value), 0);
}

function valueSizeBytes(value: AttributeValue): number {
  const [type, content] = Object.entries(value)[0] ?? [];
  switch (type) {
    case 'S':
      return Buffer.byteLength(content as string);
    case 'B':
      return Buffer.byteLength(content as string, 'base64');
    case 'N':
      return numberSizeBytes(content as string);
    case 'SS':
    case 'NS':
    case 'BS':
      return (content as string[]).reduce((sum, each) => sum + valueSizeBytes({ [type[0]!]: each }), 0);
    case 'L':
      return (content as AttributeValue[]).reduce((sum, each) => sum + 1 + valueSizeBytes(each), 3);
    case 'M':
      return 3 + Object.keys(content as Item).length + itemSizeBytes(content as Item);
    default:
      return 1;
  }
}

function numberSizeBytes(text: string): number {
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/^[-+]?0*\.?0*|\./g, '')
    .replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** Whether two items are the same to DynamoDB: attribute order and order within sets do not matter. */
export function sameItem(left: Item | undefined, right: Item | undefined): boolean {
  if (!left || !right) return left === right;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length && names.every((name) => right[name] !== undefined && sameValue(left[name]!, right[name]))
  );
}

function sameValue(left: AttributeValue, right: AttributeValue): boolean {
  const type = Object.keys(left)[0] ?? '';
  const [a, b] = [left[type], right[type]];
  if (b === undefined) return false;
  if (type === 'M') return sameItem(a as Item, b as Item);
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  if (a.length !== b.length) return false;
  return type === 'L'
    ? a.every((each, index) => sameValue(each as AttributeValue, b[index] as AttributeValue))
    : a.every((each) => b.includes(each));
}
