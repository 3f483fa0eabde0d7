// Spoils bytes on their way, the same ones each time: as many arrive as were sent, the first and every thousandth wrong.

import { Transform } from 'node:stream'

const PERIOD = 1000

/** A stream that inverts the bytes at offsets 0, 999, 1999, 2999 … */
export function corruptingStream(): Transform {
  let offset = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const spoilt = Buffer.from(chunk)
      if (offset === 0 && spoilt.length > 0) invert(spoilt, 0)
      for (let at = PERIOD - 1 - (offset % PERIOD); at < spoilt.length; at += PERIOD) invert(spoilt, at)
      offset += spoilt.length
      done(null, spoilt)
    },
  })
}

function invert(bytes: Buffer, at: number): void {
  bytes[at] = ~(bytes[at] ?? 0) & 0xff
}
