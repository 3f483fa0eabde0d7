// What to log in with, in which order, and what became of it: keys, agent, password.

import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type NextAuthHandler,
  type ParsedKey,
  type Prompt,
} from 'ssh2'
import type { ConnectionSettings } from '../model/host.ts'
import type { Keyring } from './keyring.ts'
import type { AuthMethod, SshTarget } from './sshTarget.ts'

export type Authentication = {
  /** For ssh2's `authHandler`. */
  readonly handler: (
    left: AuthenticationType[] | null,
    partial: boolean | null,
    next: NextAuthHandler,
  ) => void
  /** What was tried, and what could not be, as lines for people. */
  readonly tried: () => string[]
}

export type AuthenticationOptions = {
  readonly target: SshTarget
  readonly settings: ConnectionSettings
  readonly keyring: Keyring
  /** Whether the host's key is not the known one: then no password is sent. */
  readonly isDoubtful: () => boolean
}

/**
 * The ways to log in, for one connection: the settings' key, the agent's keys, ssh_config's and the usual keys,
 * the password, and the password once more for a server that knows keyboard-interactive alone. ssh2's first
 * attempt, `none`, costs a round trip, and is made only where there is nothing else.
 */
export async function authentication(options: AuthenticationOptions): Promise<Authentication> {
  const notes: string[] = []
  const attempts = await allAttempts(options, notes)
  let current: Attempt | undefined
  let accepted: readonly string[] = []
  let wasPasswordRefused = false

  /** `left` is what the host would take next; null: it was not asked yet (an agent without keys). */
  function conclude({ name, method }: Attempt, left: readonly string[] | null, isPartial: boolean): void {
    const refusal = left ? 'refused' : 'nothing to offer'
    notes.push(`${name()}: ${isPartial ? 'accepted, but the host wants more' : refusal}`)
    if (method === 'password' && left?.includes('password')) wasPasswordRefused = true
  }

  function isWorthwhile({ method, name }: Attempt): boolean {
    if (accepted.length > 0 && !accepted.includes(method)) return false
    if (method === 'publickey') return true
    if (method === 'keyboard-interactive' && wasPasswordRefused) return false // it would count as a second failure
    if (options.isDoubtful()) notes.push(`${name()}: not sent, since the host key has changed`)
    return !options.isDoubtful()
  }

  return {
    handler: (left, partial, next) => {
      const isFirst = left === null
      accepted = left ?? []
      if (current) conclude(current, left, partial === true)
      do current = attempts.shift()
      while (current && !isWorthwhile(current))
      if (current) next(current.auth)
      else next((isFirst ? { type: 'none', username: options.target.user } : false) as AnyAuthMethod) // false: give up
    },
    tried: () => [
      ...(notes.length === 0 ? ['nothing to log in with: no key, no agent, no password'] : notes),
      ...(accepted.length === 0 ? [] : [`the host accepts: ${accepted.join(', ')}`]),
    ],
  }
}

type Attempt = { readonly method: AuthMethod; readonly name: () => string; readonly auth: AnyAuthMethod }

async function allAttempts(options: AuthenticationOptions, notes: string[]): Promise<Attempt[]> {
  const { target, settings } = options
  const first = await keysOf(target.firstIdentityFiles, options, notes)
  const later = await keysOf(target.identityFiles, options, notes)
  const only = target.isIdentitiesOnly ? await publicHalves(options) : undefined
  const own = [...first, ...later].map(({ key }) => key.getPublicSSH())
  const keys = [
    ...first.map((each) => keyAttempt(each, target)),
    ...(target.agent === undefined ? [] : [agentAttempt(target.agent, { target, only, own, notes })]),
    ...later.map((each) => keyAttempt(each, target)),
  ]
  const password = settings.password ? passwordAttempts(target, settings.password.reveal()) : []
  const attempts = [...keys, ...password]
  return target.methods.flatMap((method) => attempts.filter((attempt) => attempt.method === method))
}

/** Of all keys that were named, those as well that only the agent can use. */
async function publicHalves({ target, keyring }: AuthenticationOptions): Promise<Buffer[]> {
  const files = [...target.firstIdentityFiles, ...target.identityFiles]
  return (await Promise.all(files.map(keyring.publicHalf))).filter((key) => key !== undefined)
}

type NamedKey = { readonly file: string; readonly key: ParsedKey }

async function keysOf(files: readonly string[], options: AuthenticationOptions, notes: string[]) {
  const { target, settings, keyring } = options
  const keys: NamedKey[] = []
  for (const file of files) {
    const loaded = await keyring.load(file, settings.privateKeyPassphrase)
    if ('key' in loaded) keys.push({ file, key: loaded.key })
    else if (loaded.problem !== 'no such file' || target.firstIdentityFiles.includes(file)) {
      notes.push(`key ${file}: ${loaded.problem}`)
    }
  }
  return keys
}

function keyAttempt({ file, key }: NamedKey, { user }: SshTarget): Attempt {
  const auth = { type: 'publickey', username: user, key } as const
  return { method: 'publickey', name: () => `key ${file} (${key.type})`, auth }
}

type AgentOptions = {
  readonly target: SshTarget
  /** The public keys to which it is confined. */
  readonly only?: readonly Buffer[]
  /** The public keys that are offered without it. */
  readonly own: readonly Buffer[]
  readonly notes: string[]
}

function agentAttempt(socket: string, { target, only, own, notes }: AgentOptions): Attempt {
  const agent = ssh2.createAgent(socket)
  let count = 0
  const isWanted = (key: Buffer) =>
    !own.some((each) => each.equals(key)) && (!only || only.some((each) => each.equals(key)))

  // An agent that cannot be reached has no keys: an error here would end the whole login.
  const ask = agent.getIdentities.bind(agent)
  agent.getIdentities = (done) => {
    ask((error, keys) => {
      if (error) notes.push(`agent ${socket}: ${error.message}`)
      const wanted = (keys ?? []).filter((key) => isWanted(blobOf(key)))
      count = wanted.length
      done(null, wanted)
    })
  }
  const auth = { type: 'agent', username: target.user, agent } as const
  return { method: 'publickey', name: () => `agent ${socket} (${count} keys)`, auth }
}

function blobOf(key: unknown): Buffer {
  if (Buffer.isBuffer(key)) return key
  const parsed = ssh2.utils.parseKey(key as string | ParsedKey)
  return parsed instanceof Error ? Buffer.alloc(0) : parsed.getPublicSSH()
}

function passwordAttempts({ user }: SshTarget, password: string): Attempt[] {
  let hasAnswered = false
  // A second round asks for something else (a code, a new password): empty answers end it.
  const prompt = (_name: string, _text: string, _lang: string, prompts: Prompt[], finish: Answer) => {
    finish(prompts.map(({ echo }) => (echo || hasAnswered ? '' : password)))
    hasAnswered = true
  }
  return [
    { method: 'password', name: () => 'password', auth: { type: 'password', username: user, password } },
    {
      method: 'keyboard-interactive',
      name: () => 'password (keyboard-interactive)',
      auth: { type: 'keyboard-interactive', username: user, prompt },
    },
  ]
}

type Answer = (answers: string[]) => void
