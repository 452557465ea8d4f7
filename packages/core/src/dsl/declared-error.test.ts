import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { error, errorDefinitions } from './declared-error.js';

describe('declared errors', () => {
  const data = z.object({ id: z.string() });
  const lazy = () => data;

  it('reads a standard code as itself', () => {
    expect(errorDefinitions({ NOT_FOUND: data, CONFLICT: lazy })).toEqual({
      NOT_FOUND: { code: 'NOT_FOUND', data },
      CONFLICT: { code: 'CONFLICT', data: lazy },
    });
  });

  it('sends a name of its own with the code it was given', () => {
    expect(errorDefinitions({ LOCKED: error('CONFLICT', data) })).toEqual({ LOCKED: { code: 'CONFLICT', data } });
  });

  it('lets a standard name be sent with another code', () => {
    expect(errorDefinitions({ NOT_FOUND: error('FORBIDDEN', data) })).toEqual({ NOT_FOUND: { code: 'FORBIDDEN', data } });
  });

  it.each([
    ['LOCKED', data],
    ['LOCKED', lazy],
    ['not_found', data],
    ['toString', data],
    ['constructor', lazy],
  ])('refuses the name %s without a code', (name, source) => {
    expect(() => errorDefinitions({ [name]: source })).toThrow(
      new TypeError(
        `[CONTRACT] declared error "${name}" is not a standard code; write ${name}: error('CONFLICT', schema), with the code it is sent as`,
      ),
    );
  });
});
