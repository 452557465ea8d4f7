import { expect, it } from 'vitest';
import { createLogger } from './logger.js';

function logged(fields: Readonly<Record<string, unknown>>): string {
  const lines: string[] = [];
  createLogger({ service: 'notes' }, (line) => lines.push(line)).info('saved', fields);
  return lines.join('\n');
}

it('writes one JSON object a line, whatever is in the fields', () => {
  expect(logged({ id: 'a\n{"level":"ERROR"}' })).toBe(
    '{"level":"INFO","message":"saved","service":"notes","id":"a\\n{\\"level\\":\\"ERROR\\"}"}',
  );
});

it('writes a bigint as text', () => {
  expect(logged({ n: 12n })).toBe('{"level":"INFO","message":"saved","service":"notes","n":"12"}');
});

it('never fails the call that writes it: of fields that JSON cannot carry it writes the names', () => {
  const round: Record<string, unknown> = {};
  round.round = round;
  expect(logged({ round })).toBe('{"level":"INFO","message":"saved","unwritable":["level","message","service","round"]}');
});
