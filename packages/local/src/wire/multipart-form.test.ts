import { describe, expect, it } from 'vitest';
import { FormError, formBoundary, readUploadForm } from './multipart-form.js';

const part = (disposition: string, content: string, type?: string): string =>
  `--B\r\nContent-Disposition: form-data; ${disposition}\r\n${type ? `Content-Type: ${type}\r\n` : ''}\r\n${content}\r\n`;

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size: number) {
  const form = await readUploadForm(pieces(text, size), 'B');
  const chunks: Buffer[] = [];
  for await (const chunk of form.file) chunks.push(chunk);
  return { ...form, file: Buffer.concat(chunks).toString() };
}

describe('multipart/form-data', () => {
  it('finds the boundary, quoted or not', () => {
    expect(formBoundary('multipart/form-data; boundary=abc')).toBe('abc');
    expect(formBoundary('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
    expect(formBoundary('application/json')).toBeUndefined();
  });

  it.each([1, 3, 64, 10_000])('reads fields and a file that contains near-boundaries, in pieces of %i bytes', async (size) => {
    const content = 'line\r\n--A\r\n--\r\n-B ü';
    const body = `${part('name="Key"', 'a/ü')}${part('name="file"; filename="C:\\\\dir\\\\x.txt"', content, 'text/plain')}--B--\r\n`;
    const form = await read(body, size);
    expect(Object.fromEntries(form.fields)).toEqual({ key: 'a/ü' });
    expect(form.fileName).toBe('x.txt');
    expect(form.fileContentType).toBe('text/plain');
    expect(form.file).toBe(content);
  });

  it('refuses a form without a file', async () => {
    await expect(read(`${part('name="key"', 'a')}--B--\r\n`, 50)).rejects.toThrow(FormError);
  });

  it('refuses a form that is cut off', async () => {
    await expect(read(part('name="file"; filename="x"', 'abc').slice(0, -3), 50)).rejects.toThrow(FormError);
  });

  it('refuses a field that is longer than 20,000 bytes', async () => {
    await expect(read(`${part('name="key"', 'x'.repeat(20_001))}${part('name="file"', 'a')}--B--`, 1000)).rejects.toThrow(
      'longer than 20000 bytes',
    );
  });
});
