#!/usr/bin/env node
// The command's entry: answers --version without loading anything, and turns what is thrown into lines and a code.

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
  // A playbook may have left a timer or a socket behind, for which nobody should wait.
  process.exit(code)
}
