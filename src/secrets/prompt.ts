// Asks for a secret on the terminal, without echo.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { PlaybookError } from '../model/errors/error.ts'
import { Secret } from '../model/secrets/secret.ts'
import { Interrupted } from './interrupted.ts'

/**
 * @param alternative what to use without a terminal
 * @param signal ends it, as Ctrl-C does
 * @throws PlaybookError E_NO_TERMINAL
 * @throws Interruption
 */
export async function askSecret(
  question: string,
  alternative: string,
  signal?: AbortSignal,
): Promise<Secret> {
  if (!process.stdin.isTTY) {
    throw new PlaybookError(
      'E_NO_TERMINAL',
      `Cannot ask for the ${question.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}: stdin is not a terminal.`,
      `Use ${alternative}.`,
    )
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true })
  // From here on, the terminal echoes nothing.
  process.stderr.write(`${question}: `)
  const answer = await new Promise<string>((resolve, reject) => {
    const end = () => reject(new Interrupted('Interrupted.'))
    reader.once('SIGINT', end)
    signal?.addEventListener('abort', end, { once: true })
    reader.question('', resolve)
  }).finally(() => {
    reader.close()
    process.stderr.write('\n')
  })
  return new Secret(answer)
}
