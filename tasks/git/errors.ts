// Explains the error messages of git.

import { lastLines, type Output, PlaybookError } from '../../src/index.ts'

/** The error for the output of a git that failed. */
export function explainGit(output: Output): PlaybookError | undefined {
  if (output.code === 77) return undefined
  return gitError(lastLines({ ...output, stdout: Buffer.alloc(0) }, 30))
}

type Explanation = readonly [pattern: RegExp, code: string, message: string, hint: string]

const explanations: readonly Explanation[] = [
  [
    /Host key verification failed|No \S+ host key is known|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'E_GIT_HOST_KEY',
    'The server of the repository has a host key that is not accepted.',
    "Give it, once you have compared it: hostKeys: ['git.example ssh-ed25519 AAAA…'], or the task knownHosts.",
  ],
  [
    /Permission denied \(|could not read (?:Username|Password)|Authentication failed|invalid credentials|returned error: 40[13]/,
    'E_GIT_ACCESS',
    'The repository does not let the host read it.',
    'Give key (a deploy key), or urlUsername and urlPassword (a token).',
  ],
  [
    /local changes to the following files would be overwritten|untracked working tree files would be|not uptodate/,
    'E_LOCAL_CHANGES',
    'Files that are not in a commit would be overwritten.',
    'Move them away; force: true overwrites them.',
  ],
  [
    /\(non-fast-forward\)|would clobber existing tag|\[rejected\]/,
    'E_UNPUSHED_COMMITS',
    'The bare repository has commits or tags that the remote does not have.',
    'Push them; force: true discards them.',
  ],
  [
    /couldn't find remote ref|not our ref|Server does not allow request for unadvertised object|no such remote ref/,
    'E_NO_REVISION',
    'The repository does not have this version.',
    'Is it pushed? git ls-remote shows what is there.',
  ],
  [
    /does not appear to be a git repository|repository .* (?:not found|does not exist)|Repository not found|not exported|returned error: 404|access denied or repository not exported/i,
    'E_GIT_REPOSITORY',
    'There is no repository of this name, or the host may not see it.',
    'Is repo right? A private one needs key, or urlUsername and urlPassword.',
  ],
]

/** The error for lines of git's standard error. */
export function gitError(lines: readonly string[]): PlaybookError {
  const details = lines
    .map((line) => line.replaceAll('\r', ''))
    .filter((line) => !/^(?:hint: |From |Cloning into)/.test(line) && line.trim() !== '')
  const whole = details.join('\n')
  const known = explanations.find(([pattern]) => pattern.test(whole))
  if (known) return new PlaybookError(known[1], known[2], { hint: known[3], details })
  const first = details.find((line) => /^(?:fatal|error|ssh): /.test(line)) ?? details.at(-1)
  return new PlaybookError('E_GIT', first?.replace(/^\w+: /, '') ?? 'git failed without a message.', {
    details,
  })
}
