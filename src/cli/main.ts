#!/usr/bin/env node
// Entry point of the command; prints --version without loading the program.

import { readFileSync } from 'node:fs'

const version = () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const [first] = process.argv.slice(2)
if (first === '--version' || first === '-V') process.stdout.write(`${version()}\n`)
else {
  const { loadProgram } = await import('./loadProgram.ts')
  const { main, save } = await loadProgram()
  const code = await main(process.argv, version())
  save()
  // Do not wait for timers or sockets that a playbook has left open.
  process.exit(code)
}
