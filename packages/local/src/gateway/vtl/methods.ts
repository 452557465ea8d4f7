/**
 * The Java methods a template may call on its data: the parts of `String`, `Map` and `List` that mapping templates use.
 * `matches` and `replaceAll` take JavaScript regular expressions, which agree with Java's for the patterns of CORS and routing.
 */
import { TemplateError } from './template-error.js';
import { isEqual, isHost, toText, type VtlMap, type VtlValue } from './value.js';

type Methods<TSubject> = Readonly<Record<string, (subject: TSubject, ...args: VtlValue[]) => VtlValue>>;

/** Calls `name` on a value. Throws {@link TemplateError} for a method this engine does not have. */
export function callMethod(subject: VtlValue, name: string, args: readonly VtlValue[]): VtlValue {
  if (subject === null) return null;
  if (isHost(subject)) return method(subject.methods, name, subject.hostName)(...args);
  if (subject instanceof Map) return method(MAP, name, 'a map')(subject, ...args);
  if (Array.isArray(subject)) return method(LIST, name, 'a list')(subject, ...args);
  return method(TEXT, name, 'a string')(toText(subject), ...args);
}

function method<TMethod>(methods: Readonly<Record<string, TMethod>>, name: string, subject: string): TMethod {
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found) return found;
  throw new TemplateError(`${subject} has no method ${name}() here; supported are ${Object.keys(methods).join(', ')}`);
}

const text = (value: VtlValue | undefined): string => toText(value ?? null);
const integer = (value: VtlValue | undefined): number => Math.trunc(Number(text(value)));

function pattern(source: VtlValue | undefined, wrap: (source: string) => string, flags = ''): RegExp {
  try {
    return new RegExp(wrap(text(source)), flags);
  } catch (cause) {
    throw new TemplateError(`"${text(source)}" is not a regular expression`, { cause });
  }
}

const TEXT: Methods<string> = {
  matches: (subject, regex) => pattern(regex, (source) => `^(?:${source})$`).test(subject),
  equals: (subject, other) => typeof other === 'string' && subject === other,
  equalsIgnoreCase: (subject, other) => subject.toLowerCase() === text(other).toLowerCase(),
  contains: (subject, part) => subject.includes(text(part)),
  startsWith: (subject, part) => subject.startsWith(text(part)),
  endsWith: (subject, part) => subject.endsWith(text(part)),
  indexOf: (subject, part) => subject.indexOf(text(part)),
  lastIndexOf: (subject, part) => subject.lastIndexOf(text(part)),
  substring: (subject, from, to) => subject.substring(integer(from), to === undefined ? undefined : integer(to)),
  replace: (subject, from, to) => subject.replaceAll(text(from), () => text(to)),
  replaceAll: (subject, regex, to) =>
    subject.replace(
      pattern(regex, (source) => source, 'g'),
      text(to),
    ),
  split: (subject, regex) => subject.split(pattern(regex, (source) => source)),
  concat: (subject, other) => subject + text(other),
  toLowerCase: (subject) => subject.toLowerCase(),
  toUpperCase: (subject) => subject.toUpperCase(),
  trim: (subject) => subject.trim(),
  length: (subject) => subject.length,
  isEmpty: (subject) => subject === '',
  toString: (subject: string) => subject,
};

const MAP: Methods<VtlMap> = {
  get: (subject, key) => subject.get(text(key)) ?? null,
  getOrDefault: (subject, key, fallback) => subject.get(text(key)) ?? fallback ?? null,
  containsKey: (subject, key) => subject.has(text(key)),
  put: (subject, key, value) => {
    subject.set(text(key), value ?? null);
    return null;
  },
  remove: (subject, key) => {
    subject.delete(text(key));
    return null;
  },
  keySet: (subject) => [...subject.keys()],
  values: (subject) => [...subject.values()],
  entrySet: (subject) => [...subject].map(([key, value]): VtlMap => new Map<string, VtlValue>().set('key', key).set('value', value)),
  size: (subject) => subject.size,
  isEmpty: (subject) => subject.size === 0,
  toString: (subject: VtlMap) => toText(subject),
};

const LIST: Methods<VtlValue[]> = {
  get: (subject, index) => subject[integer(index)] ?? null,
  size: (subject) => subject.length,
  isEmpty: (subject) => subject.length === 0,
  contains: (subject, item) => subject.some((candidate) => isEqual(candidate, item ?? null)),
  add: (subject, item) => {
    subject.push(item ?? null);
    return true;
  },
  toString: (subject: VtlValue[]) => toText(subject),
};
