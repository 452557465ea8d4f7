import { describe, expect, it } from 'vitest';
import { isValid, type JsonSchema } from './json-schema.js';

function valid(schema: JsonSchema, value: unknown): boolean {
  return isValid(value, schema, (reference, root) => {
    const name = reference.replace('#/definitions/', '');
    return { schema: (root.definitions as Record<string, JsonSchema>)[name] ?? {}, root };
  });
}

const TREE: JsonSchema = {
  definitions: { node: { type: 'object', properties: { child: { $ref: '#/definitions/node' } } } },
  $ref: '#/definitions/node',
};

describe('JSON Schema draft 4', () => {
  it.each<[string, JsonSchema, unknown, boolean]>([
    ['type', { type: 'integer' }, 7, true],
    ['type', { type: 'integer' }, 7.5, false],
    ['type', { type: ['string', 'null'] }, null, true],
    ['type', { type: 'object' }, [], false],
    ['enum', { enum: ['a', { b: 1 }] }, { b: 1 }, true],
    ['enum', { enum: ['a'] }, 'b', false],
    ['minimum', { minimum: 1 }, 1, true],
    ['exclusiveMinimum', { minimum: 1, exclusiveMinimum: true }, 1, false],
    ['exclusiveMaximum', { maximum: 1, exclusiveMaximum: true }, 1, false],
    ['multipleOf', { multipleOf: 3 }, 9, true],
    ['minLength counts characters', { minLength: 2 }, '😀', false],
    ['maxLength', { maxLength: 1 }, '😀', true],
    ['pattern', { pattern: '^a+$' }, 'ab', false],
    ['minItems', { minItems: 1 }, [], false],
    ['uniqueItems', { uniqueItems: true }, [{ a: 1 }, { a: 1 }], false],
    ['items', { items: { type: 'string' } }, ['a', 1], false],
    ['items as a tuple', { items: [{ type: 'string' }], additionalItems: false }, ['a', 1], false],
    ['required', { required: ['a'] }, {}, false],
    ['properties', { properties: { a: { type: 'string' } } }, { a: 1 }, false],
    ['patternProperties', { patternProperties: { '^x-': { type: 'number' } } }, { 'x-a': 'no' }, false],
    ['additionalProperties', { properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, false],
    ['additionalProperties as a schema', { additionalProperties: { type: 'number' } }, { b: 2 }, true],
    ['minProperties', { minProperties: 1 }, {}, false],
    ['dependencies', { dependencies: { a: ['b'] } }, { a: 1 }, false],
    ['allOf', { allOf: [{ type: 'number' }, { minimum: 5 }] }, 4, false],
    ['anyOf', { anyOf: [{ type: 'number' }, { type: 'string' }] }, 'a', true],
    ['oneOf', { oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 3, false],
    ['not', { not: { type: 'string' } }, 'a', false],
    ['$ref', TREE, { child: { child: {} } }, true],
    ['$ref', TREE, { child: { child: 1 } }, false],
    ['an unknown keyword', { format: 'email', title: 'x', constructor: 1 }, 'no email', true],
  ])('%s: %j takes %j: %s', (_, schema, value, expected) => {
    expect(valid(schema, value)).toBe(expected);
  });
});
