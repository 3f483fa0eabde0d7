// Resolves an ssh target from settings, ssh arguments and ssh_config.

import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { PlaybookError } from '../../../model/errors/error.ts'
import type { ConnectionSettings } from '../../../model/host.ts'
import { localUser } from '../../program/localUser.ts'
import { parseSshArgs, type SshArgs } from './sshArgs.ts'
import { accumulatingKeywords, computeOptions, defaultConfigFiles, type SshOptions } from './sshConfig.ts'
import { expandHome, expandTokens } from './tokens.ts'

export type SshTarget = {
  /** For messages: `app@was-01`, with the port if it is not 22. */
  readonly endpoint: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKeyAlias?: string
  readonly strictHostKey: 'yes' | 'no' | 'accept-new'
  readonly userKnownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  /** Keys named by settings or arguments: offered before the agent's. */
  readonly preferredIdentityFiles: readonly string[]
  /** Keys named by ssh_config, or the default ones: offered after the agent's. */
  readonly identityFiles: readonly string[]
  /** Certificates other than those beside their keys. */
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** The agent's socket. */
  readonly agent?: string
  /** The socket of the agent that is forwarded to programs on the host. */
  readonly forwardedAgent?: string
  /** Authentication methods in the order to try them. */
  readonly methods: readonly AuthMethodName[]
  /** In the order in which they are connected to. */
  readonly jumpHosts: readonly JumpHost[]
  readonly proxyCommand?: string
  readonly family?: 4 | 6
  readonly bindAddress?: string
  readonly timeoutMs: number
  /** Without an answer for `keepaliveMs * keepaliveCount`, the connection is lost. */
  readonly keepaliveMs: number
  readonly keepaliveCount: number
}

export type AuthMethodName = 'publickey' | 'password' | 'keyboard-interactive'

export type JumpHost = { readonly host: string; readonly user?: string; readonly port?: number }

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join('~/.ssh', name))

/**
 * Resolves how to connect to a host. ssh arguments take precedence over settings (`ansible_*`), and these over
 * ssh_config, as when Ansible calls ssh.
 *
 * @throws PlaybookError E_SSH_ARGS, E_SSH_CONFIG
 */
export function resolveSshTarget(settings: ConnectionSettings, log: (message: string) => void): SshTarget {
  const args = parseSshArgs(settings.sshArgs ?? [])
  for (const each of args.ignored) log(`the ssh argument ${each} is ignored`)
  const files = args.configFile === undefined ? defaultConfigFiles() : configFile(args.configFile)
  const overrides = overridingOptions(args, settings)
  const options = computeOptions({ host: settings.host, overrides, files, log })
  for (const keyword of options.keys())
    if (!supportedKeywords.has(keyword)) log(`ssh_config: ${keyword} is ignored`)
  return buildTarget(options, settings, overrides.get('identityfile') ?? [])
}

function configFile(file: string): string[] {
  return file === 'none' ? [] : [expandHome(file)]
}

function overridingOptions(args: SshArgs, settings: ConnectionSettings): SshOptions {
  const options: SshOptions = new Map()
  const add = (keyword: string, value: string | number | undefined) => {
    if (value === undefined) return
    const values = options.get(keyword)
    if (values === undefined) options.set(keyword, [String(value)])
    else if (accumulatingKeywords.has(keyword)) values.push(String(value))
  }
  for (const [keyword, value] of args.options) add(keyword, value)
  add('port', settings.port)
  add('user', settings.user)
  add('connecttimeout', settings.timeout)
  add('identityfile', settings.privateKeyFile)
  if (settings.hostKeyChecking !== undefined) {
    add('stricthostkeychecking', settings.hostKeyChecking ? 'yes' : 'no')
  }
  return options
}

const supportedKeywords = new Set(
  `addressfamily bindaddress certificatefile connecttimeout forwardagent globalknownhostsfile hostkeyalias hostname identitiesonly identityagent
  identityfile kbdinteractiveauthentication passwordauthentication port preferredauthentications proxycommand
  proxyjump pubkeyauthentication serveralivecountmax serveraliveinterval stricthostkeychecking user
  userknownhostsfile`.split(/\s+/),
)

function buildTarget(
  options: SshOptions,
  settings: ConnectionSettings,
  preferredKeys: readonly string[],
): SshTarget {
  const first = (keyword: string): string | undefined => options.get(keyword)?.[0]
  const port = parseNumber('Port', first('port'), 22)
  const user = first('user') ?? localUser()
  const host = expandTokens(first('hostname') ?? settings.host, { h: settings.host })
  const tokens = {
    d: homedir(),
    h: host,
    i: String(process.getuid?.() ?? ''),
    k: first('hostkeyalias') ?? settings.host,
    L: hostname().split('.')[0]!,
    l: hostname(),
    n: settings.host,
    p: String(port),
    r: user,
    u: localUser(),
  }
  const path = (text: string) => expandHome(expandTokens(text, tokens))
  const paths = (keyword: string, fallback: string) => pathList(first(keyword) ?? fallback).map(path)
  const agent = first('identityagent') ?? 'SSH_AUTH_SOCK'
  const aliveInterval = parseSeconds('ServerAliveInterval', first('serveraliveinterval'), 5) || 5
  return {
    endpoint: `${user}@${settings.host}${port === 22 ? '' : `:${port}`}`,
    host,
    port,
    user,
    hostKeyAlias: first('hostkeyalias'),
    strictHostKey: parseStrictHostKey(first('stricthostkeychecking')),
    userKnownHostsFiles: paths('userknownhostsfile', '~/.ssh/known_hosts ~/.ssh/known_hosts2'),
    globalKnownHostsFiles: paths(
      'globalknownhostsfile',
      '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
    ),
    preferredIdentityFiles: preferredKeys.filter(isNotNone).map(path),
    identityFiles: (options.get('identityfile') ?? defaultKeys)
      .slice(preferredKeys.length)
      .filter(isNotNone)
      .map(path),
    certificateFiles: (options.get('certificatefile') ?? []).filter(isNotNone).map(path),
    identitiesOnly: parseYesNo(first('identitiesonly')) === true,
    agent: agentSocket(agent, path),
    forwardedAgent: forwardedAgentSocket(first('forwardagent'), agent, path),
    methods: authMethodNames(first),
    ...proxyOptions(options, tokens),
    family: { inet: 4 as const, inet6: 6 as const }[first('addressfamily') ?? ''],
    bindAddress: first('bindaddress'),
    timeoutMs: parseSeconds('ConnectTimeout', first('connecttimeout'), 10) * 1000,
    keepaliveMs: aliveInterval * 1000,
    keepaliveCount: parseNumber('ServerAliveCountMax', first('serveralivecountmax'), 3),
  }
}

function parseNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new PlaybookError('E_SSH_CONFIG', `${name} is "${text}", not a number.`)
}

/** A number of seconds, or times with units: `1m30s` (sshd_config(5), TIME FORMATS). */
function parseSeconds(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || !/^(?:\d+[smhdw])+\d*$/i.test(text)) return parseNumber(name, text, fallback)
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit!] ?? 1), 0)
}

const unitSeconds: { readonly [unit: string]: number } = { m: 60, h: 3600, d: 86_400, w: 604_800 }

function isNotNone(name: string): boolean {
  return name !== 'none'
}

/** Words, some in double quotes. */
function pathList(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
}

/** An unknown value counts as yes, and so does `ask`: there is no prompt in the middle of a run. */
function parseStrictHostKey(text: string | undefined): SshTarget['strictHostKey'] {
  if (text === 'off' || parseYesNo(text) === false) return 'no'
  return text === 'accept-new' ? 'accept-new' : 'yes'
}

function agentSocket(text: string, path: (text: string) => string): string | undefined {
  if (text === 'none') return undefined
  if (text === 'SSH_AUTH_SOCK') return process.env.SSH_AUTH_SOCK || undefined
  if (text.startsWith('$')) return process.env[text.replace(/[${}]/g, '')] || undefined
  return path(text)
}

/** ForwardAgent: yes for the agent that is used to log in, or the socket of another one. */
function forwardedAgentSocket(text: string | undefined, agent: string, path: (text: string) => string) {
  if (text === undefined || parseYesNo(text) === false) return undefined
  return agentSocket(parseYesNo(text) ? agent : text, path)
}

function authMethodNames(first: (keyword: string) => string | undefined): AuthMethodName[] {
  const allowed: { [method in AuthMethodName]: boolean } = {
    publickey: parseYesNo(first('pubkeyauthentication')) !== false,
    password: parseYesNo(first('passwordauthentication')) !== false,
    'keyboard-interactive': parseYesNo(first('kbdinteractiveauthentication')) !== false,
  }
  const preferred = first('preferredauthentications')?.split(',') ?? Object.keys(allowed)
  return preferred.filter((method): method is AuthMethodName => allowed[method as AuthMethodName] === true)
}

/** undefined: neither yes nor no. */
function parseYesNo(text: string | undefined): boolean | undefined {
  if (text === 'yes' || text === 'true') return true
  return text === 'no' || text === 'false' ? false : undefined
}

/** ProxyJump or ProxyCommand, whichever was set first. ProxyCommand counts even if it is `none`; ProxyJump does not. */
function proxyOptions(options: SshOptions, tokens: { [token: string]: string }) {
  const isProxySet = ([keyword, [value]]: [string, string[]]) =>
    keyword === 'proxycommand' || (keyword === 'proxyjump' && value !== 'none')
  const first = [...options].find(isProxySet)?.[0]
  const text = first === undefined ? 'none' : expandTokens(options.get(first)![0]!, tokens)
  if (text === 'none') return { jumpHosts: [] }
  return first === 'proxyjump'
    ? { jumpHosts: text.split(',').map(parseJump) }
    : { jumpHosts: [], proxyCommand: text }
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`; an IPv6 address in brackets. */
function parseJump(text: string): JumpHost {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:/]+))(?::(\d+))?\/?$/.exec(text.trim())
  if (!match)
    throw new PlaybookError('E_SSH_CONFIG', `"${text}" is not a jump host.`, 'Write [user@]host[:port].')
  const [, user, bracketed, plain, port] = match
  return { host: bracketed ?? plain!, user, port: port === undefined ? undefined : Number(port) }
}
