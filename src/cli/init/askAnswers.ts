// Asks what a new project should consist of.

import { createInterface } from 'node:readline/promises'
import { Interrupted } from '../../secrets/interrupted.ts'

export type ProjectAnswers = {
  /** Where the sample playbook runs. */
  readonly on: 'machine' | 'hosts'
  readonly language: 'typescript' | 'javascript'
  readonly role: 'sample' | 'none'
}

type Question<N extends keyof ProjectAnswers> = {
  readonly text: string
  readonly choices: readonly ProjectAnswers[N][]
}

/** The first choice is the default. */
const questions: { readonly [N in keyof ProjectAnswers]: Question<N> } = {
  on: {
    text: 'Where does the first playbook run: on this machine, or on hosts over SSH?',
    choices: ['machine', 'hosts'],
  },
  language: { text: 'Which language?', choices: ['typescript', 'javascript'] },
  role: { text: 'A sample role with its test, or none?', choices: ['sample', 'none'] },
}

/**
 * Asks what `given` does not answer, on the terminal. Without one, or with `yes`, the defaults count.
 *
 * @throws Interrupted
 */
export async function askAnswers(
  given: Partial<ProjectAnswers> & { readonly yes?: boolean },
): Promise<ProjectAnswers> {
  const isAsking = !given.yes && process.stdin.isTTY === true
  const open = (Object.keys(questions) as (keyof ProjectAnswers)[]).filter(
    (name) => given[name] === undefined,
  )
  const answers: { [name: string]: string } = {}
  if (isAsking && open.length > 0) {
    const reader = createInterface({ input: process.stdin, output: process.stderr })
    const stopped = new Promise<never>((_, reject) =>
      reader.once('close', () => reject(new Interrupted('Interrupted.'))),
    )
    stopped.catch(() => {})
    try {
      for (const name of open)
        answers[name] = await answerTo(questions[name], (text) =>
          Promise.race([reader.question(text), stopped]),
        )
    } finally {
      reader.close()
    }
  }
  const defaults = {
    on: questions.on.choices[0]!,
    language: questions.language.choices[0]!,
    role: questions.role.choices[0]!,
  }
  return { ...defaults, ...given, ...answers }
}

/** Accepts the beginning of a choice; an empty answer is the first one. Asks again otherwise. */
async function answerTo(
  { text, choices }: Question<keyof ProjectAnswers>,
  ask: (question: string) => Promise<string>,
): Promise<string> {
  for (;;) {
    const typed = (await ask(`${text} (${choices.join(', ')}) [${choices[0]}] `)).trim().toLowerCase()
    const found = choices.find((choice) => choice.startsWith(typed))
    if (found !== undefined) return found
    process.stderr.write(`Type ${choices.join(' or ')}.\n`)
  }
}
