// Runs a script with V8's code cache of an earlier run.

import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8'
import { constants, Script } from 'node:vm'
import { makeFolder } from '../files/makeFolder.ts'
import { replaceFile } from '../files/replaceFile.ts'

// An import of these would have Node.js load all that they export, web cryptography included: 6 ms.
const { isAscii } = process.getBuiltinModule('node:buffer')
const { crc32 } = process.getBuiltinModule('node:zlib')

type CachedRun<T> = {
  readonly exports: T
  /** Saves the code for later runs if this one compiled much more. Never throws: the cache only saves time. */
  readonly save: () => void
}

/**
 * Runs a script: a file with one function of `exports`, `require`, `module`, `__filename` and `__dirname`. Its compiled
 * code is cached in `folder`, if given, which saves a third of the time of a short run. The name of the file must contain
 * a digest of its content, because V8 checks only its own version and flags and the length of the text.
 */
export function runCached<T>(file: string, folder: string | undefined): CachedRun<T> {
  return runText(file, readText(readFileSync(file)), basename(file), folder)
}

/** Runs a CommonJS module in the same way, whatever the name of its file. */
export function runCachedModule<T>(file: string, folder: string | undefined): CachedRun<T> {
  const bytes = readFileSync(file)
  const text = `(function (exports, require, module, __filename, __dirname) {${readText(bytes)}\n})`
  return runText(file, text, `${basename(file)}-${crc32(bytes).toString(16)}`, folder)
}

function runText<T>(file: string, text: string, name: string, folder: string | undefined): CachedRun<T> {
  const cacheFile =
    folder === undefined ? undefined : join(folder, `${name}-${process.version}-${process.arch}`)
  const cached = cacheFile === undefined ? undefined : readCache(cacheFile)
  const script = new Script(text, {
    filename: file,
    cachedData: cached?.code,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  const accepted = script.cachedDataRejected === false ? cached : undefined
  const isToCheck =
    cacheFile !== undefined && (!accepted || Date.now() - accepted.checkedAtMs >= checkIntervalMs)
  if (isToCheck) setFlagsFromString(keepCode)
  const module = { exports: {} as T }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  const save = () => {
    if (isToCheck) saveCode(script, cacheFile, accepted)
  }
  return { exports: module.exports, save }
}

/** Decoding ASCII as Latin-1 takes a tenth of the time. */
function readText(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')
}

type CachedCode = { readonly code: Buffer; readonly bytecodeBytes: number; readonly checkedAtMs: number }

/**
 * The header is the size of the code, because functions are compiled when first called, so the code grows; and a checksum:
 * V8 runs damaged code until it crashes. CRC-32 takes a third of the time of SHA-256; only its owner can write the file.
 */
const headerBytes = 8 + 4

function readCache(cacheFile: string): CachedCode | undefined {
  try {
    const bytes = readFileSync(cacheFile)
    const checkedAtMs = statSync(cacheFile).mtimeMs
    const code = bytes.subarray(headerBytes)
    if (bytes.readUInt32LE(8) !== crc32(code)) return undefined
    return { code, bytecodeBytes: bytes.readDoubleLE(0), checkedAtMs }
  } catch {
    return undefined
  }
}

/** Measuring the code walks the heap, so it is not done in every run. */
const checkIntervalMs = 10 * 60 * 1000

/**
 * V8 forgets functions that ran only once: a long run would save a cache without those of the start. Only a run that may
 * save sets this, and takes it back: code that was compiled with other flags, Node.js's own included, is not used.
 */
const keepCode = '--no-flush-bytecode'

/** Saves the code if it has grown: a command that only lists compiles less than a run. */
function saveCode(script: Script, cacheFile: string, accepted: CachedCode | undefined): void {
  setFlagsFromString('--flush-bytecode')
  const { bytecode_and_metadata_size: bytecodeBytes } = getHeapCodeStatistics()
  const hasGrown = bytecodeBytes > (accepted?.bytecodeBytes ?? 0) * 1.05
  try {
    if (hasGrown) write(cacheFile, script.createCachedData(), bytecodeBytes)
    else utimesSync(cacheFile, new Date(), new Date())
  } catch {
    // the folder belongs to somebody else, or the disk is full
  }
}

function write(cacheFile: string, code: Buffer, bytecodeBytes: number): void {
  const header = Buffer.alloc(headerBytes)
  header.writeDoubleLE(bytecodeBytes)
  header.writeUInt32LE(crc32(code), 8)
  makeFolder(dirname(cacheFile))
  replaceFile(cacheFile, Buffer.concat([header, code]))
  removeOld(dirname(cacheFile))
}

/** Removes files of other versions of the program or of Node.js. */
function removeOld(folder: string): void {
  const limitMs = Date.now() - 30 * 24 * 3600 * 1000
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).mtimeMs < limitMs) rmSync(path)
  }
}
