import { describe, expect, it } from 'vitest';
import { mockStatus } from './lenient-json.js';

describe('the status of a MOCK request template', () => {
  it.each([
    ['{ statusCode: 200 }', 200],
    ['{"statusCode": 404}', 404],
    ["{'statusCode': 201, 'x': 'it'}", 201],
    ['{\n  "statusCode": 200,\n}\n', 200],
    ['{"a": [1, 2,], "b": {"c": null}, statusCode: 204}', 204],
    ['{"statusCode": "200"}', undefined],
    ['{"statusCode": 200.5}', undefined],
    ['{}', undefined],
    ['', undefined],
    ['null', undefined],
    ['statusCode: 200', undefined],
    ['{"statusCode": 200', undefined],
    ['{"open', undefined],
  ])('of %j is %s', (text, expected) => {
    expect(mockStatus(text)).toBe(expected);
  });
});
