/**
 * The checksums of S3's flexible checksums, incrementally: CRC32, CRC32C, CRC64NVME, SHA1, SHA256. Results are base64 of the
 * big-endian value, as in `x-amz-checksum-*`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Lower case, as in the header name `x-amz-checksum-crc32`. */
export const CHECKSUM_ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

export interface Checksum {
  update(chunk: Uint8Array): void;
  /** Raw big-endian bytes. Call once, at the end. */
  digest(): Buffer;
}

/** The algorithm of a name in any case (`CRC32` in requests), `undefined` for an unknown one. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  const lower = name.toLowerCase();
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === lower);
}

/** A fresh checksum of no bytes. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'crc32':
      return crc32Checksum();
    case 'crc32c':
      return crc32cChecksum();
    case 'crc64nvme':
      return crc64Checksum();
    case 'sha1':
    case 'sha256':
      return hashChecksum(algorithm);
    default:
      return algorithm satisfies never;
  }
}

/** Length in bytes of a checksum's value. */
export function checksumBytes(algorithm: ChecksumAlgorithm): number {
  return { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 }[algorithm];
}

function hashChecksum(algorithm: 'sha1' | 'sha256'): Checksum {
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}

function crc32Checksum(): Checksum {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    digest: () => uint32(value),
  };
}

function crc32cChecksum(): Checksum {
  let value = 0xffffffff;
  return {
    update: (chunk) => {
      for (const byte of chunk) value = (value >>> 8) ^ CRC32C_TABLE[(value ^ byte) & 0xff]!;
    },
    digest: () => uint32((value ^ 0xffffffff) >>> 0),
  };
}

/** 64 bits as two halves, since BigInt arithmetic per byte is some fifty times slower. */
function crc64Checksum(): Checksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (chunk) => {
      for (const byte of chunk) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ CRC64_TABLE.low[index]!;
        high = (high >>> 8) ^ CRC64_TABLE.high[index]!;
      }
    },
    digest: () => Buffer.concat([uint32(~high >>> 0), uint32(~low >>> 0)]),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Castagnoli polynomial, reflected. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** CRC-64/NVME, reflected polynomial 9A6C9329AC4BC9B5. */
const CRC64_TABLE = crc64Table(0x9a6c9329, 0xac4bc9b5);

function crc64Table(polynomialHigh: number, polynomialLow: number): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        low ^= polynomialLow;
        high ^= polynomialHigh;
      }
    }
    table.high[byte] = high;
    table.low[byte] = low;
  }
  return table;
}
