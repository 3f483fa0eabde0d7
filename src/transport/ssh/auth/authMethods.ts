// Lists the methods to log in with, in order: keys, certificates, agent, password.

import type { Prompt } from 'ssh2'
import type { SshTarget } from '../config/target.ts'
import { type Certificate, describeCertificate } from '../protocol/certificate.ts'
import { agentAuthMethods } from './agentAuthMethods.ts'
import {
  type AuthMethod,
  type AuthOptions,
  identityAuthMethod,
  type LazyAuthMethods,
  type NamedKey,
} from './authMethod.ts'
import { keyIdentity } from './identity.ts'

/** All methods, in the order in which they are tried. What cannot be used at all is added to `notes`. */
export async function authMethods(
  options: AuthOptions,
  notes: string[],
): Promise<(AuthMethod | LazyAuthMethods)[]> {
  const { target, settings, keyring } = options
  const preferred = await loadKeys(target.preferredIdentityFiles, options, notes)
  const later = await loadKeys(target.identityFiles, options, notes)
  const named = await Promise.all(target.certificateFiles.map(keyring.certificate))
  const certificates = named.filter((each) => each !== undefined)
  target.certificateFiles.forEach((file, index) => {
    if (!named[index]) notes.push(`certificate ${file}: no user certificate in it`)
  })
  const keys = [
    ...preferred.flatMap((each) => keyAuthMethods(each, certificates, target)),
    ...(target.agent === undefined
      ? []
      : [agentAuthMethods(target.agent, { own: [...preferred, ...later], certificates, options, notes })]),
    ...later.flatMap((each) => keyAuthMethods(each, certificates, target)),
  ]
  const password = settings.password ? passwordAuthMethods(target, settings.password.reveal()) : []
  const available = [...keys, ...password]
  return target.methods.flatMap((method) => available.filter((each) => each.method === method))
}

async function loadKeys(files: readonly string[], options: AuthOptions, notes: string[]) {
  const { target, settings, keyring } = options
  const keys: NamedKey[] = []
  for (const file of files) {
    const loaded = await keyring.load(file, settings.privateKeyPassphrase)
    if ('key' in loaded)
      keys.push({ file, key: loaded.key, certificate: await keyring.certificate(`${file}-cert.pub`) })
    else if (loaded.problem !== 'no such file' || !target.hasDefaultKeys) {
      notes.push(`key ${file}: ${loaded.problem}`)
    }
  }
  return keys
}

/** The key with each of its certificates, then without. */
function keyAuthMethods(
  { file, key, certificate }: NamedKey,
  certificates: readonly Certificate[],
  { user }: SshTarget,
): AuthMethod[] {
  const name = `key ${file} (${key.type})`
  const candidates = certificate ? [certificate, ...certificates] : certificates
  const own = candidates.filter(({ publicKey }) => publicKey.equals(key.getPublicSSH()))
  const certified = own.map((each) => {
    const fullName = `${name}, ${describeCertificate(each, user, Date.now())}`
    return identityAuthMethod(fullName, keyIdentity(key, each), user)
  })
  return [...certified, identityAuthMethod(name, keyIdentity(key), user)]
}

function passwordAuthMethods({ user }: SshTarget, password: string): AuthMethod[] {
  let hasAnswered = false
  // A second prompt asks for something else (a code, a new password): empty answers end it.
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
