// Python's random numbers for a seed: the Mersenne Twister of random.Random.

import { createHash } from 'node:crypto'
import { str } from '../values/text.ts'
import { isInt, type Value } from '../values/value.ts'

const size = 624
const middle = 397

/** Numbers that are the same for the same seed, as those of Python are. */
export class SeededRandom {
  readonly #state = new Uint32Array(size)
  #at = size

  constructor(seed: Value) {
    this.#initByArray(keyOf(seed))
  }

  /** A number from 0 up to, and without, `limit`. */
  below(limit: number): number {
    const bits = limit.toString(2).length
    let result: number
    do result = this.#bits(bits)
    while (result >= limit)
    return result
  }

  #bits(count: number): number {
    if (count <= 32) return this.#next() >>> (32 - count)
    return (this.#next() >>> 0) + (this.#next() >>> (64 - count)) * 2 ** 32
  }

  #next(): number {
    if (this.#at >= size) this.#twist()
    let word = this.#state[this.#at++]!
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let index = 0; index < size; index++) {
      const word = (state[index]! & 0x80000000) | (state[(index + 1) % size]! & 0x7fffffff)
      state[index] = state[(index + middle) % size]! ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0)
    }
    this.#at = 0
  }

  #init(seed: number): void {
    const state = this.#state
    state[0] = seed
    for (let index = 1; index < size; index++) {
      const before = state[index - 1]! ^ (state[index - 1]! >>> 30)
      state[index] = Math.imul(before, 1812433253) + index
    }
  }

  #initByArray(key: readonly number[]): void {
    this.#init(19650218)
    const state = this.#state
    let index = 1
    const mix = (factor: number) => Math.imul(state[index - 1]! ^ (state[index - 1]! >>> 30), factor)
    const advance = () => {
      if (++index < size) return
      state[0] = state[size - 1]!
      index = 1
    }
    for (let round = 0; round < Math.max(size, key.length); round++) {
      state[index] = (state[index]! ^ mix(1664525)) + key[round % key.length]! + (round % key.length)
      advance()
    }
    for (let round = 1; round < size; round++) {
      state[index] = (state[index]! ^ mix(1566083941)) - index
      advance()
    }
    state[0] = 0x80000000
  }
}

/** The words of 32 bits that a seed is: a text with its SHA-512 behind it, or the size of an int. */
function keyOf(seed: Value): number[] {
  const bytes = Buffer.from(str(seed))
  const number = isInt(seed)
    ? BigInt(seed)
    : BigInt(`0x${Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]).toString('hex')}`)
  const words: number[] = []
  for (let rest = number < 0n ? -number : number; rest > 0n; rest >>= 32n)
    words.push(Number(rest & 0xffffffffn))
  return words.length === 0 ? [0] : words
}
