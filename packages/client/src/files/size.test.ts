import { describe, expect, it } from 'vitest';
import { bundlePage } from '../bundle.fixture.js';

const CLIENT = `import { createHttpClient } from './http/index.ts'; export const gateway = createHttpClient({ url: 'https://example.com/prod' });`;

describe('what a page downloads for uploads', () => {
  it('is at most 3,250 bytes (gzip) more, and nothing without them', async () => {
    const alone = await bundlePage(CLIENT);
    const uploads = await bundlePage(
      `${CLIENT} import { uploader } from './files/index.ts'; export const upload = uploader(gateway.files);`,
    );
    expect(uploads.all - alone.all).toBeLessThanOrEqual(3_250);
    expect(uploads.inputs.filter((path) => /zod|contract/.test(path))).toEqual([]);
    expect(alone.inputs.filter((path) => path.includes('files/'))).toEqual([]);
  });
});
