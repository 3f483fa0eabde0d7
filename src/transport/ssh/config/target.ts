// Resolves an ssh target from settings, ssh arguments and ssh_config.

import { hostname } from 'node:os'
import { expandHome } from '../../../files/home.ts'
import type { SourceLocation } from '../../../model/errors/location.ts'
import type { ConnectionSettings } from '../../../model/host.ts'
import { localUser } from '../../program/localUser.ts'
import { type Algorithms, chooseAlgorithms } from './algorithms.ts'
import { type ConfigLine, configError } from './configLine.ts'
import { supportedKeywords } from './keywords.ts'
import { option, parseSshArgs, type SshArgs } from './sshArgs.ts'
import { computeOptions, defaultConfigFiles, type SshOption, type SshOptions } from './sshConfig.ts'
import { checkHostName, checkUserName } from './sshNames.ts'
import { expandTokens, expandVariables } from './tokens.ts'

export type SshTarget = {
  /** For messages: `app@was-01`, with the port if it is not 22. */
  readonly endpoint: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKeyAlias?: string
  /** `ask`: as `yes`, unless somebody accepts the key on a terminal. */
  readonly strictHostKey: 'ask' | 'yes' | 'no' | 'accept-new'
  readonly userKnownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  /** Whether names are hashed when a key is added to known_hosts. */
  readonly hashKnownHosts: boolean
  /** Keys that are never accepted: public keys or a key revocation list. */
  readonly revokedHostKeysFile?: string
  readonly algorithms: Algorithms
  /** Shorter RSA keys, of hosts and of ours, are refused. */
  readonly requiredRsaBits: number
  /** Keys named by settings or arguments: offered before the agent's. */
  readonly preferredIdentityFiles: readonly string[]
  /** Keys named by ssh_config, or the default ones: offered after the agent's. */
  readonly identityFiles: readonly string[]
  /** true: `identityFiles` are the default ones, which may be missing. */
  readonly hasDefaultKeys: boolean
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

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `~/.ssh/${name}`)

/**
 * Resolves how to connect to a host. ssh arguments take precedence over settings (`ansible_*`), and these over
 * ssh_config, as when Ansible calls ssh.
 *
 * @throws PlaybookError E_SSH_ARGS, E_SSH_CONFIG, E_HOST_NAME, E_USER_NAME
 */
export function resolveSshTarget(settings: ConnectionSettings, log: (message: string) => void): SshTarget {
  const args = parseSshArgs(settings.sshArgs ?? [])
  for (const each of args.ignored) log(`the ssh argument ${each} is ignored`)
  const files = args.configFile === undefined ? defaultConfigFiles() : configFile(args.configFile)
  checkHostName(settings.host)
  const overrides = overridingOptions(args, settings)
  const options = computeOptions({
    host: settings.host,
    overrides,
    files,
    areFilesNamed: args.configFile !== undefined,
    log,
  })
  for (const keyword of options.keys())
    if (!supportedKeywords.has(keyword)) log(`ssh_config: ${keyword} is ignored`)
  const preferredKeys = overrides.filter(({ keyword }) => keyword === 'identityfile').length
  return buildTarget(options, settings, preferredKeys)
}

function configFile(file: string): string[] {
  return file === 'none' ? [] : [expandHome(file)]
}

function overridingOptions(args: SshArgs, settings: ConnectionSettings): ConfigLine[] {
  const given = (keyword: string, value: string | number | undefined) =>
    value === undefined ? [] : [option(keyword, String(value))]
  const { hostKeyChecking: isChecked } = settings
  return [
    ...args.options,
    ...given('port', settings.port),
    ...given('user', settings.user),
    ...given('connecttimeout', settings.timeout),
    ...given('identityfile', settings.privateKeyFile),
    ...given('stricthostkeychecking', isChecked === undefined ? undefined : isChecked ? 'yes' : 'no'),
  ]
}

/** `preferredKeys`: how many of the identity files are from arguments and settings; they are the first. */
function buildTarget(options: SshOptions, settings: ConnectionSettings, preferredKeys: number): SshTarget {
  const option = (keyword: string): SshOption | undefined => options.get(keyword)?.[0]
  const first = (keyword: string): string | undefined => option(keyword)?.value
  const isOn = (keyword: string, fallback: boolean) => parseYesNo(keyword, option(keyword)) ?? fallback
  const port = parseNumber('Port', option('port'), 22)
  const user = first('user') ?? localUser()
  const hostName = option('hostname')
  const host = hostName ? expandTokens(hostName.value, { h: settings.host }) : settings.host
  checkHostName(host, hostName?.where)
  checkUserName(user, option('user')?.where)
  checkHostName(first('hostkeyalias'), option('hostkeyalias')?.where)
  const tokens = {
    d: expandHome('~'),
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
  const path = (text: string, where?: SourceLocation) =>
    expandTokens(expandVariables(expandHome(text), where), tokens)
  const paths = (keyword: string, fallback: readonly string[]) =>
    (option(keyword)?.words ?? fallback)
      .filter((text) => text.toLowerCase() !== 'none')
      .map((text) => path(text, option(keyword)?.where))
  const keyFiles = (keyword: string) =>
    (options.get(keyword) ?? []).filter(isNotNone).map(({ value, where }) => path(value, where))
  const given = (options.get('identityfile') ?? []).slice(0, preferredKeys).filter(isNotNone).length
  const identityFiles = keyFiles('identityfile')
  const agent = first('identityagent') ?? 'SSH_AUTH_SOCK'
  const aliveInterval = parseSeconds('ServerAliveInterval', option('serveraliveinterval'), 5) || 5
  return {
    endpoint: `${user}@${settings.host}${port === 22 ? '' : `:${port}`}`,
    host,
    port,
    user,
    hostKeyAlias: first('hostkeyalias'),
    strictHostKey: parseStrictHostKey(option('stricthostkeychecking')),
    userKnownHostsFiles: paths('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHostsFiles: paths('globalknownhostsfile', [
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]),
    hashKnownHosts: isOn('hashknownhosts', false),
    revokedHostKeysFile: paths('revokedhostkeys', [])[0],
    algorithms: chooseAlgorithms(option),
    requiredRsaBits: Math.max(parseNumber('RequiredRSASize', option('requiredrsasize'), 1024), 1024),
    preferredIdentityFiles: identityFiles.slice(0, given),
    identityFiles: options.has('identityfile')
      ? identityFiles.slice(given)
      : defaultKeys.map((key) => path(key)),
    hasDefaultKeys: !options.has('identityfile'),
    certificateFiles: keyFiles('certificatefile'),
    identitiesOnly: isOn('identitiesonly', false),
    agent: agentSocket(agent, path),
    forwardedAgent: forwardedAgentSocket(first('forwardagent'), agent, path),
    methods: authMethodNames(first, isOn),
    ...proxyOptions(options, tokens),
    family: parseFamily(option('addressfamily')),
    bindAddress: first('bindaddress'),
    timeoutMs: parseSeconds('ConnectTimeout', option('connecttimeout'), 10) * 1000,
    keepaliveMs: aliveInterval * 1000,
    keepaliveCount: parseNumber('ServerAliveCountMax', option('serveralivecountmax'), 3),
  }
}

function parseNumber(name: string, option: SshOption | undefined, fallback: number): number {
  if (option === undefined) return fallback
  if (/^\d+(\.\d+)?$/.test(option.value)) return Number(option.value)
  throw configError(`${name} is "${option.value}", not a number.`, option.where)
}

/** A number of seconds, or times with units: `1m30s` (sshd_config(5), TIME FORMATS). */
function parseSeconds(name: string, option: SshOption | undefined, fallback: number): number {
  if (option === undefined || !/^(?:\d+[smhdw])+\d*$/i.test(option.value)) {
    return parseNumber(name, option, fallback)
  }
  const parts = [...option.value.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit!] ?? 1), 0)
}

const unitSeconds: { readonly [unit: string]: number } = { m: 60, h: 3600, d: 86_400, w: 604_800 }

function isNotNone(option: SshOption | undefined): boolean {
  return option?.value.toLowerCase() !== 'none'
}

function parseStrictHostKey(option: SshOption | undefined): SshTarget['strictHostKey'] {
  const text = option?.value.toLowerCase() ?? 'ask'
  if (text === 'ask') return 'ask'
  if (text === 'off' || text === 'accept-new') return text === 'off' ? 'no' : text
  return parseYesNo('StrictHostKeyChecking', option) === false ? 'no' : 'yes'
}

function parseFamily(option: SshOption | undefined): 4 | 6 | undefined {
  const families: { readonly [name: string]: 4 | 6 | undefined } = { inet: 4, inet6: 6, any: undefined }
  const name = option?.value.toLowerCase() ?? 'any'
  if (Object.hasOwn(families, name)) return families[name]
  throw configError(`AddressFamily is "${option?.value}", not any, inet or inet6.`, option?.where)
}

function agentSocket(text: string, path: (text: string) => string): string | undefined {
  if (text === 'none') return undefined
  if (text === 'SSH_AUTH_SOCK') return process.env.SSH_AUTH_SOCK || undefined
  if (text.startsWith('$')) return process.env[text.replace(/[${}]/g, '')] || undefined
  return path(text)
}

/** ForwardAgent: yes for the agent that is used to log in, or the socket of another one. */
function forwardedAgentSocket(text: string | undefined, agent: string, path: (text: string) => string) {
  const isForwarded = text === undefined ? false : yesNo(text)
  return isForwarded === false ? undefined : agentSocket(isForwarded ? agent : text!, path)
}

function authMethodNames(
  first: (keyword: string) => string | undefined,
  isOn: (keyword: string, fallback: boolean) => boolean,
): AuthMethodName[] {
  const allowed: { [method in AuthMethodName]: boolean } = {
    publickey: !/^(?:no|false)$/i.test(first('pubkeyauthentication') ?? ''), // it has other values than yes and no
    password: isOn('passwordauthentication', true),
    'keyboard-interactive': isOn('kbdinteractiveauthentication', true),
  }
  const preferred = first('preferredauthentications')?.split(',') ?? Object.keys(allowed)
  return preferred.filter((method): method is AuthMethodName => allowed[method as AuthMethodName] === true)
}

/** @throws PlaybookError E_SSH_CONFIG for another value */
function parseYesNo(keyword: string, option: SshOption | undefined): boolean | undefined {
  if (option === undefined) return undefined
  const isOn = yesNo(option.value)
  if (isOn === undefined) throw configError(`${keyword} is "${option.value}", not yes or no.`, option.where)
  return isOn
}

/** undefined: neither yes nor no. */
function yesNo(text: string): boolean | undefined {
  if (/^(?:yes|true)$/i.test(text)) return true
  return /^(?:no|false)$/i.test(text) ? false : undefined
}

/** ProxyJump or ProxyCommand, whichever was set first. ProxyCommand counts even if it is `none`; ProxyJump does not. */
function proxyOptions(options: SshOptions, tokens: { [token: string]: string }) {
  const isProxySet = ([keyword, [each]]: [string, SshOption[]]) =>
    keyword === 'proxycommand' || (keyword === 'proxyjump' && isNotNone(each))
  const [keyword, [each] = []] = [...options].find(isProxySet) ?? []
  if (each === undefined || !isNotNone(each)) return { jumpHosts: [] }
  return keyword === 'proxyjump'
    ? {
        jumpHosts: expandTokens(each.value, tokens)
          .split(',')
          .map((text) => parseJump(text, each.where)),
      }
    : { jumpHosts: [], proxyCommand: expandTokens(each.value, tokens) }
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`; an IPv6 address in brackets. */
function parseJump(text: string, where: SourceLocation | undefined): JumpHost {
  const match = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:/@]+))(?::(\d+))?\/?$/.exec(text.trim())
  if (!match) throw configError(`"${text}" is not a jump host.`, where, 'Write [user@]host[:port].')
  const [, user, bracketed, plain, port] = match
  const host = bracketed ?? plain!
  checkHostName(host, where)
  checkUserName(user, where)
  return { host, user, port: port === undefined ? undefined : Number(port) }
}
