// Stream that inverts the first and every thousandth byte.

import { Transform } from 'node:stream'

const corruptedEvery = 1000

/** A stream that inverts the bytes at offsets 0, 999, 1999, 2999 … */
export function corruptingStream(): Transform {
  let offset = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const corrupted = Buffer.from(chunk)
      if (offset === 0 && corrupted.length > 0) invert(corrupted, 0)
      for (
        let at = corruptedEvery - 1 - (offset % corruptedEvery);
        at < corrupted.length;
        at += corruptedEvery
      )
        invert(corrupted, at)
      offset += corrupted.length
      done(null, corrupted)
    },
  })
}

function invert(bytes: Buffer, at: number): void {
  bytes[at] = ~(bytes[at] ?? 0) & 0xff
}
