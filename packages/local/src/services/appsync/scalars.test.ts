import { expect, it } from 'vitest';
import { appsyncScalars } from './scalars.js';

const scalar = (name: string) => appsyncScalars.find((each) => each.name === name)!;

it.each([
  ['AWSDate', '2026-11-25'],
  ['AWSDate', '2026-02-28+05:30'],
  ['AWSTime', '22:15'],
  ['AWSTime', '22:15:30.123456789Z'],
  ['AWSDateTime', '2026-11-25T22:15Z'],
  ['AWSDateTime', '2026-11-25T22:15:30.123-08:00'],
  ['AWSTimestamp', 1_700_000_000],
  ['AWSEmail', 'someone@example.com'],
  ['AWSURL', 'mailto:someone@example.com'],
  ['AWSPhone', '+1 (555) 010-9999'],
  ['AWSIPAddress', '10.0.0.0/8'],
  ['AWSIPAddress', '2001:db8::1'],
])('%s takes %s', (name, value) => {
  expect(scalar(name).parseValue(value)).toBe(value);
  expect(scalar(name).serialize(value)).toBe(value);
});

it.each([
  ['AWSDate', '2026-02-30'],
  ['AWSDate', '2026-13-01'],
  ['AWSDate', '25.11.2026'],
  ['AWSTime', '24:00'],
  ['AWSDateTime', '2026-11-25T22:15:30'],
  ['AWSDateTime', '2026-11-25 22:15:30Z'],
  ['AWSTimestamp', 1.5],
  ['AWSTimestamp', '1700000000'],
  ['AWSEmail', 'someone'],
  ['AWSURL', 'example.com/path'],
  ['AWSPhone', 'call me'],
  ['AWSIPAddress', '10.0.0.0/33'],
  ['AWSIPAddress', '10.0.0.256'],
  ['AWSJSON', 'not json'],
  ['AWSJSON', { a: 1 }],
])('%s refuses %s', (name, value) => {
  expect(() => scalar(name).parseValue(value)).toThrow(`as a valid ${name}.`);
});

it('AWSJSON is text on the wire and a value inside', () => {
  expect(scalar('AWSJSON').parseValue('{"a":[1]}')).toEqual({ a: [1] });
  expect(scalar('AWSJSON').serialize({ a: [1] })).toBe('{"a":[1]}');
});
