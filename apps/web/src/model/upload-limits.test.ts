import { MAX_MULTIPART_BYTES, MAX_UPLOAD_BYTES } from '@org/gateway-contract';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, mediaTypeOf, ONE_REQUEST_BYTES, uploadProblem } from './upload-limits.js';

describe('limits', () => {
  it('are those of the contract', () => {
    expect(MAX_FILE_BYTES).toBe(MAX_MULTIPART_BYTES);
    expect(ONE_REQUEST_BYTES).toBeLessThanOrEqual(MAX_UPLOAD_BYTES);
  });
});

describe('uploadProblem', () => {
  it.each([
    ['a.txt', 1, undefined],
    ['a.iso', 5_000_000_000, undefined],
    ['a.txt', 0, 'a.txt is empty.'],
    ['a.iso', 5_000_000_001, 'a.iso is larger than 5 GB.'],
    ['a/b', 1, 'The name a/b … is too long or has characters that files cannot have.'],
    ['a'.repeat(201), 1, `The name ${'a'.repeat(40)} … is too long or has characters that files cannot have.`],
  ])('says what is wrong with %s of %i bytes', (name, size, problem) => {
    expect(uploadProblem({ name, size })).toBe(problem);
  });
});

describe('mediaTypeOf', () => {
  it.each([
    ['image/png', 'image/png'],
    ['text/plain;charset=utf-8', 'text/plain'],
    ['', 'application/octet-stream'],
    ['nonsense', 'application/octet-stream'],
  ])('makes of "%s"', (type, expected) => {
    expect(mediaTypeOf(type)).toBe(expected);
  });
});
