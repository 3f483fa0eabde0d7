// Asks for a password on the terminal, without showing it.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { PlaybookError } from '../../model/errors/error.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { Interrupted } from './interrupted.ts'

/**
 * @throws PlaybookError E_NO_TERMINAL where nobody can be asked; it says what to use `instead`
 * @throws Interruption
 */
export async function askSecret(question: string, instead: string): Promise<Secret> {
  if (!process.stdin.isTTY) {
    throw new PlaybookError(
      'E_NO_TERMINAL',
      `${question} cannot be asked for: standard input is not a terminal.`,
      `Give it by ${instead}.`,
    )
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
  // Only now the terminal shows nothing of what is typed.
  process.stderr.write(`${question}: `)
  const answer = await new Promise<string>((resolve, reject) => {
    reader.once('SIGINT', () => reject(new Interrupted('Interrupted.')))
    reader.question('', resolve)
  }).finally(() => {
    reader.close()
    process.stderr.write('\n')
  })
  return new Secret(answer)
}
