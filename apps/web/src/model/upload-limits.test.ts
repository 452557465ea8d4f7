import { describe, expect, it } from 'vitest';
import { uploadProblem } from './upload-limits.js';

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
