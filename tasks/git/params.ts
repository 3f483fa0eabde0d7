// The parameters of the task git.

import { Secret, secret, z } from '../../src/index.ts'

export type GitParams = {
  readonly repo: string
  readonly dest: string
  readonly version: string
  readonly remote: string
  readonly depth?: number
  readonly clone: boolean
  readonly update: boolean
  readonly force: boolean
  readonly bare: boolean
  readonly recursive: boolean
  readonly umask?: string
  readonly key?: Secret
  readonly keyFile?: string
  readonly hostKeys: readonly string[]
  readonly urlUsername?: string
  readonly urlPassword?: Secret
}

/** A URL, a path, or `user@host:path`. Programs (`ext::`) and options of git are none. */
export const repository = z
  .string()
  .regex(
    /^(?:(?:https?|ssh|git|file):\/\/[^\s\0-][^\s\0]*|\/[^\n\0]+|(?:\w[\w.-]*@)?\w[\w.-]*:(?![/:]{2}|-)[^\s\0]+)$/,
    'expected https://…, ssh://…, git://…, file://…, user@host:path, or an absolute path of the host',
  )
  .refine((repo) => !URL.canParse(repo) || new URL(repo).password === '', {
    error:
      'expected no password, which git would write into its configuration: use urlUsername and urlPassword',
  })

/** A branch, a tag, a commit or the whole name of a ref; `refs/heads/main` is the branch. */
export const gitVersion = z
  .string()
  .regex(
    /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/))[^\s\0~^:?*[\\]+(?<![/.])$/,
    'expected a branch, a tag, a commit or a ref such as refs/pull/12/head',
  )
  .transform((version) => version.replace(/^refs\/(?:heads|tags)\//, ''))

export const privateKey = z
  .union([z.instanceof(Secret), z.string().transform(secret)])
  .refine((key) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key.reveal().trimStart()), {
    error: 'expected a private key, which begins with -----BEGIN',
  })

/** A line of known_hosts. */
export const hostKeyLine = z
  .string()
  .regex(
    /^(?:@cert-authority +)?[^\s#@]\S* +(?:ssh-|ecdsa-|sk-)\S+ +[A-Za-z0-9+/=]{16,}(?: [^\n]*)?$/,
    "expected a line of known_hosts: 'git.example ssh-ed25519 AAAA…'",
  )

/** Whether the version is the whole id of a commit. */
export function isCommitId(version: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(version)
}

/** Whether it may be the beginning of one. */
export function isShortId(version: string): boolean {
  return /^[0-9a-f]{4,63}$/i.test(version)
}
