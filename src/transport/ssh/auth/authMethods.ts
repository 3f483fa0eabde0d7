// What to log in with, in which order: keys, each with its certificates, an agent's keys, a password.

import type { Prompt } from 'ssh2'
import type { SshTarget } from '../config/target.ts'
import { type Certificate, describeCertificate } from '../protocol/certificate.ts'
import { agentAttempts } from './agentAuthMethods.ts'
import {
  type Attempt,
  type Attempts,
  type AuthenticationOptions,
  identityAttempt,
  type NamedKey,
} from './authMethod.ts'
import { identityOf } from './identity.ts'

/** All there is to log in with, in the order in which it is tried. What cannot be used at all is told in `notes`. */
export async function attemptsFor(
  options: AuthenticationOptions,
  notes: string[],
): Promise<(Attempt | Attempts)[]> {
  const { target, settings, keyring } = options
  const first = await keysOf(target.firstIdentityFiles, options, notes)
  const later = await keysOf(target.identityFiles, options, notes)
  const named = await Promise.all(target.certificateFiles.map(keyring.certificate))
  const certificates = named.filter((each) => each !== undefined)
  target.certificateFiles.forEach((file, index) => {
    if (!named[index]) notes.push(`certificate ${file}: there is no certificate of a user in it`)
  })
  const keys = [
    ...first.flatMap((each) => keyAttempts(each, certificates, target)),
    ...(target.agent === undefined
      ? []
      : [agentAttempts(target.agent, { own: [...first, ...later], certificates, options, notes })]),
    ...later.flatMap((each) => keyAttempts(each, certificates, target)),
  ]
  const password = settings.password ? passwordAttempts(target, settings.password.reveal()) : []
  const attempts = [...keys, ...password]
  return target.methods.flatMap((method) => attempts.filter((attempt) => attempt.method === method))
}

async function keysOf(files: readonly string[], options: AuthenticationOptions, notes: string[]) {
  const { target, settings, keyring } = options
  const keys: NamedKey[] = []
  for (const file of files) {
    const loaded = await keyring.load(file, settings.privateKeyPassphrase)
    if ('key' in loaded)
      keys.push({ file, key: loaded.key, certificate: await keyring.certificate(`${file}-cert.pub`) })
    else if (loaded.problem !== 'no such file' || target.firstIdentityFiles.includes(file)) {
      notes.push(`key ${file}: ${loaded.problem}`)
    }
  }
  return keys
}

/** The key with each certificate that is its own, then without. */
function keyAttempts(
  { file, key, certificate }: NamedKey,
  certificates: readonly Certificate[],
  { user }: SshTarget,
): Attempt[] {
  const name = `key ${file} (${key.type})`
  const own = [...(certificate ? [certificate] : []), ...certificates].filter(({ publicKey }) =>
    publicKey.equals(key.getPublicSSH()),
  )
  return [
    ...own.map((each) =>
      identityAttempt(`${name}, ${describeCertificate(each, user, Date.now())}`, identityOf(key, each), user),
    ),
    identityAttempt(name, identityOf(key), user),
  ]
}

function passwordAttempts({ user }: SshTarget, password: string): Attempt[] {
  let hasAnswered = false
  // A second round asks for something else (a code, a new password): empty answers end it.
  const prompt = (_name: string, _text: string, _lang: string, prompts: Prompt[], finish: Answer) => {
    finish(prompts.map(({ echo }) => (echo || hasAnswered ? '' : password)))
    hasAnswered = true
  }
  return [
    { method: 'password', name: 'password', auth: { type: 'password', username: user, password } },
    {
      method: 'keyboard-interactive',
      name: 'password (keyboard-interactive)',
      auth: { type: 'keyboard-interactive', username: user, prompt },
    },
  ]
}

type Answer = (answers: string[]) => void
