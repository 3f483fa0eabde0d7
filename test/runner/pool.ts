// Runs groups of test files in a few processes, each of which runs many files.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endMark } from './endMark.ts'

/** How a file ended: `exitCode` is null, and `error` is set, if its process died or was killed. */
export type FileRun = {
  readonly file: string
  readonly seconds: number
  readonly output: string
  readonly exitCode: number | null
  readonly error?: string
}

export type PoolOptions = {
  /** How many files run beside one another. */
  readonly jobs: number
  readonly limitSeconds: number
  /** Arguments of each process. */
  readonly args: readonly string[]
  /** Variables of each process, besides those of this one. */
  readonly env?: { readonly [name: string]: string }
  readonly onEnd: (run: FileRun) => void
}

type Worker = { readonly child: ChildProcess; files: number }

const folder = fileURLToPath(new URL('..', import.meta.url))
/** Loading the modules takes longer than most files run; but what files leave in memory adds up. */
const filesPerWorker = 25
const endOfFile = new RegExp(`${endMark}(\\d+)\n`)

/** Runs the groups beside one another, the files of a group in order. Files are paths below dist/test. */
export async function runFiles(groups: readonly (readonly string[])[], options: PoolOptions): Promise<void> {
  const queue = [...groups]
  const work = async () => {
    let worker: Worker | undefined
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      for (const file of group) {
        worker ??= startWorker(options)
        const run = await runFile(worker, file, options.limitSeconds)
        options.onEnd(run)
        if (run.error !== undefined) worker = undefined
        else if (++worker.files === filesPerWorker) worker = end(worker)
      }
    }
    end(worker)
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
}

function startWorker({ args, env }: PoolOptions): Worker {
  const child = spawn(process.execPath, [join(folder, 'runner/worker.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    // Hints name the command as it was typed: not by npm, which runs the tests.
    env: {
      ...process.env,
      ...env,
      npm_command: undefined,
      npm_lifecycle_event: undefined,
      FORCE_COLOR: '0',
      PYTHONDONTWRITEBYTECODE: undefined, // Ansible is then compiled once, not at each of its starts
    },
  })
  return { child, files: 0 }
}

function end(worker: Worker | undefined): undefined {
  if (worker?.child.connected) worker.child.disconnect()
}

function runFile({ child }: Worker, file: string, limitSeconds: number): Promise<FileRun> {
  const startedMs = performance.now()
  let output = ''
  let isLate = false
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      isLate = true
      process.kill(-child.pid!, 'SIGKILL')
    }, limitSeconds * 1000)
    const finish = (exitCode: number | null, error?: string) => {
      clearTimeout(timer)
      for (const stream of [child.stdout!, child.stderr!]) stream.off('data', read)
      child.off('exit', died)
      resolve({ file, output, exitCode, error, seconds: (performance.now() - startedMs) / 1000 })
    }
    const read = (text: string) => {
      output += text
      const mark = endOfFile.exec(output)
      if (mark === null) return
      output = output.replace(mark[0], '')
      finish(Number(mark[1]))
    }
    const died = (code: number | null, signal: string | null) => {
      const error = isLate
        ? `killed after ${limitSeconds} s`
        : (signal ?? `ended early with exit code ${code}`)
      // What a test left running may hold the pipes open: nobody waits for their end.
      setTimeout(() => finish(code, error), 50)
    }
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', read)
    child.on('exit', died)
    child.send(join(folder, file))
  })
}
