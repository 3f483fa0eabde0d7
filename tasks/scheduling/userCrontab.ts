// Reads and installs the crontab of a user by the program crontab.

import { createHash } from 'node:crypto'
import {
  type Change,
  type Command,
  lastLines,
  missingTool,
  type Output,
  output,
  PlaybookError,
  type Probe,
  run,
  sh,
} from '../../src/index.ts'
import { withoutHeader } from './crontab.ts'

const changedMeanwhileCode = 78

/** Its text as Latin-1, and the SHA-256 of what crontab printed. */
type Crontab = { readonly text: string; readonly digest: string }

/** The crontab of a user, of the task's own if none is given. */
export function userCrontab(user: string | undefined): Probe<Crontab> {
  return output(crontabCommand('-l', user), parseCrontab, {
    state: crontabState(user),
    reads: ['/var/spool/cron', 'packages', ...(user === undefined ? [] : [`/etc/passwd/${user}`])],
  })
}

export function crontabState(user = 'self'): string {
  return `crontabs/${user}`
}

type Installation = {
  readonly user: string | undefined
  /** How it is called. */
  readonly title: string
  /** The new text, as Latin-1. */
  readonly text: string
  readonly backup: boolean
  readonly isSecret: boolean
}

/** The step that installs another text, and what it does, for dry runs. */
export function installation(
  before: Crontab,
  { user, title, text, backup, isSecret }: Installation,
): Pick<Change, 'steps' | 'effects' | 'diff'> {
  const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8')
  const install = text === '' ? crontabCommand('-r', user) : crontabCommand('-', user)
  const list = crontabCommand('-l', user)
  const saved = sh`( umask 077; ${list} >"$(mktemp "\${TMPDIR:-/tmp}/crontabXXXXXXXX")" )`
  const command = sh`[ "$(${list} 2>/dev/null | sha256sum | cut -c 1-64)" = ${before.digest} ] || exit ${changedMeanwhileCode}
${backup && before.text !== '' ? saved : sh`:`}
${install}`
  return {
    ...(isSecret ? {} : { diff: { path: title, before: utf8(before.text), after: utf8(text) } }),
    steps: [
      run(command, {
        stdin: Buffer.from(text, 'latin1'),
        explain: (result) => explained(title, result),
      }),
    ],
    effects: [{ state: crontabState(user), becomes: { text, digest: '' } }],
  }
}

/** The user's own is the default, because -u is for root alone. */
function crontabCommand(action: '-l' | '-r' | '-', user?: string): Command {
  return sh`crontab ${[...(user === undefined ? [] : ['-u', user]), action]}`
}

/** @throws PlaybookError E_TOOL, E_NO_ACCOUNT, E_CRON */
function parseCrontab(result: Output): Crontab {
  const message = lastLines({ ...result, stdout: Buffer.alloc(0) }).join('\n')
  const isMissing = result.code !== 0 && /no crontab for|can't open '/i.test(message)
  if (result.code !== 0 && !isMissing) throw explained('crontab', result)
  const bytes = isMissing ? Buffer.alloc(0) : result.stdout
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { text: withoutHeader(bytes.toString('latin1')), digest }
}

function explained(title: string, result: Output): PlaybookError {
  const lines = lastLines(result)
  if (result.code === changedMeanwhileCode && lines.length === 0) {
    const message = `The ${title} was changed by another program after this task had read it.`
    return new PlaybookError('E_CHANGED_MEANWHILE', message, { hint: 'Run it again.' })
  }
  if (result.code === 127) {
    return missingTool('crontab')
  }
  const unknown = lines.find((line) => /unknown user|user .*unknown|no such user|not known/i.test(line))
  if (unknown) {
    return new PlaybookError('E_NO_ACCOUNT', `The host does not know the user: ${unknown}`, {
      hint: 'The task user makes accounts.',
    })
  }
  return new PlaybookError('E_CRON', lines.at(-1) ?? `crontab ended with exit code ${result.code}.`, {
    details: lines.slice(0, -1),
  })
}
