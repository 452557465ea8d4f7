/**
 * The 32 KB limit on a single WebSocket frame. `ws` joins fragments before anyone sees them and knows only whole messages, so this reads
 * the frame headers beside it: a listener on the raw socket that was there first and sees the same bytes. It keeps no payload.
 * Sound because the stage never negotiates compression, which makes the payload length of the header the size of the frame.
 * @see https://datatracker.ietf.org/doc/html/rfc6455#section-5.2
 */

/** Feeds received bytes in any cut; calls `onOversized` as soon as the header of a too large data frame has arrived. */
export function createFrameScanner(maxFrameBytes: number, onOversized: () => void): (chunk: Uint8Array) => void {
  let header: number[] = [];
  let payloadLeft = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      header.push(chunk[at] ?? 0);
      at += 1;
      const frame = readHeader(header);
      if (!frame) continue;
      header = [];
      payloadLeft = frame.payloadBytes;
      if (frame.isData && frame.payloadBytes > maxFrameBytes) onOversized();
    }
  };
}

/** The frame once its header is complete. Opcodes from 8 on are control frames. */
function readHeader(header: readonly number[]): { readonly isData: boolean; readonly payloadBytes: number } | undefined {
  const [first = 0, second = 0] = header;
  if (header.length < 2) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskBytes = second & 0x80 ? 4 : 0;
  if (header.length < 2 + lengthBytes + maskBytes) return undefined;
  const payloadBytes = lengthBytes === 0 ? short : header.slice(2, 2 + lengthBytes).reduce((length, byte) => length * 256 + byte, 0);
  return { isData: (first & 0x0f) < 8, payloadBytes };
}
