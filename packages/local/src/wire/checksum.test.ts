import { describe, expect, it } from 'vitest';
import { CHECKSUM_ALGORITHMS, checksumAlgorithm, checksumBytes, createChecksum } from './checksum.js';

/** The check values of "123456789" in the CRC catalogue (reveng.sourceforge.io), and of FIPS 180 for SHA. */
const CHECK = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

describe('checksums', () => {
  it.each(CHECKSUM_ALGORITHMS)('%s gives the check value of its catalogue, also in pieces', (algorithm) => {
    const checksum = createChecksum(algorithm);
    checksum.update(Buffer.from('1234'));
    checksum.update(Buffer.alloc(0));
    checksum.update(Buffer.from('56789'));
    const digest = checksum.digest();
    expect(digest.toString('hex')).toBe(CHECK[algorithm]);
    expect(checksumBytes(algorithm)).toBe(digest.length);
  });

  it('knows algorithms by the names of requests', () => {
    expect(checksumAlgorithm('CRC32C')).toBe('crc32c');
    expect(checksumAlgorithm('MD5')).toBeUndefined();
  });
});
