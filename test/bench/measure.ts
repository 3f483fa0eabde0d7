// Runs commands and measures time, memory and CPU.

import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type CommandLine = {
  readonly argv: readonly string[]
  readonly cwd?: string
  readonly env?: { readonly [name: string]: string }
  readonly stdin?: string
}

type Ended = {
  readonly ms: number
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const stopping = new AbortController()

/** Ends the command that is being measured, and lets no other begin: whoever measures meets an error and cleans up. */
export function stopMeasuring(): void {
  stopping.abort()
}

export function isStopped(): boolean {
  return stopping.signal.aborted
}

/** Runs a command to its end. @throws AbortError after `stopMeasuring` */
export function runCommand({ argv, cwd, env, stdin }: CommandLine): Promise<Ended> {
  const [program, ...args] = argv
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const { signal } = stopping
    const child = spawn(program!, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe', signal })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (bytes) => {
      output.stdout += String(bytes)
    })
    child.stderr.on('data', (bytes) => {
      output.stderr += String(bytes)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...output, ms: performance.now() - startedAt, code: code ?? -1 }))
    child.stdin.on('error', () => {})
    child.stdin.end(stdin ?? '')
  })
}

/** The time of a command in milliseconds. @throws Error where it fails: its time would mean nothing */
export async function timeOf(command: CommandLine): Promise<number> {
  return (await succeeding(command)).ms
}

/** Runs a command that has to succeed. */
export async function succeeding(command: CommandLine): Promise<Ended> {
  const ended = await runCommand(command)
  if (ended.code === 0) return ended
  throw new Error(`Exit code ${ended.code}: ${command.argv.join(' ')}\n${ended.stderr || ended.stdout}`)
}

/** The median times of several things, each measured `rounds` times in turn: A B C A B C …, after one round unmeasured. */
export async function interleaved<K extends string>(
  rounds: number,
  contenders: { readonly [name in K]: () => Promise<number> },
): Promise<{ readonly [name in K]: number }> {
  const names = Object.keys(contenders) as K[]
  const times = new Map<K, number[]>(names.map((name) => [name, []]))
  for (const name of names) await contenders[name]()
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) times.get(name)!.push(await contenders[name]())
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as { [name in K]: number }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** What a process used, as `usageHook` writes it at its end. */
export type Usage = {
  readonly maxRssMb: number
  readonly cpuMs: number
  /** The longest that the event loop was not free, once modules were loaded. */
  readonly longestLagMs: number
}

/** Runs a Node.js command (`argv` without the program) and tells what it used. Not for times: the hook costs some. */
export async function usageOf(command: CommandLine & { readonly cwd: string }): Promise<Usage> {
  const file = join(command.cwd, 'usage.json')
  const hook = fileURLToPath(new URL('./usageHook.js', import.meta.url))
  const argv = [process.execPath, '--import', hook, ...command.argv]
  await succeeding({ ...command, argv, env: { ...command.env, RUN_PLAYBOOK_BENCH_USAGE: file } })
  const usage = JSON.parse(readFileSync(file, 'utf8')) as Usage
  rmSync(file)
  return usage
}
