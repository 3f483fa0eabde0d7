// Knows which directives may occur many times, and which arguments identify them.

/**
 * How many leading arguments identify a directive of this name (negative: trailing ones; Infinity: all): 1 for Listen,
 * LoadModule, ErrorDocument …; 0 for those that occur once.
 *
 * @example keyLength('ErrorDocument', ['404', '/missing.html']) // 1
 * @example keyLength('Header', ['always', 'set', 'X-Frame-Options', 'DENY']) // 3
 */
export function keyLength(name: string, args: readonly string[]): number {
  const key = keysByName.get(name.toLowerCase()) ?? 0
  return typeof key === 'number' ? key : key(args)
}

/** Whether arguments have the same key as the desired ones. */
export function hasKeyOf(args: readonly string[], desired: readonly string[], key: number): boolean {
  if (key === Number.POSITIVE_INFINITY) return sameArguments(args, desired)
  return key < 0
    ? isPrefix(desired.slice(key), args.slice(key)) && args.length >= -key
    : isPrefix(desired.slice(0, key), args)
}

export function isPrefix(start: readonly string[], args: readonly string[]): boolean {
  return start.every((value, index) => args[index] === value)
}

export function sameArguments(args: readonly string[], desired: readonly string[]): boolean {
  return args.length === desired.length && isPrefix(desired, args)
}

type Key = number | ((args: readonly string[]) => number)

const allArguments = Number.POSITIVE_INFINITY

const keyedByFirst = [
  'AddAlt AddAltByEncoding AddAltByType AddCharset AddDescription AddEncoding AddHandler AddIcon AddIconByEncoding',
  'AddIconByType AddInputFilter AddLanguage AddOutputFilter AddOutputFilterByType AddType Alias AliasMatch',
  'AuthnProviderAlias BalancerMember BrowserMatch BrowserMatchNoCase CustomLog Define ErrorDocument ExpiresByType',
  'Include IncludeOptional JkMount JkUnMount Listen LoadFile LoadModule ProxyPass ProxyPassMatch ProxyPassReverse',
  'ProxyPassReverseCookieDomain ProxyPassReverseCookiePath ScriptAlias ScriptAliasMatch SetEnv Substitute TransferLog',
]

const keyedByAll = [
  'Allow Deny DirectoryIndexRedirect JkEnvVar JkWorkerProperty NameVirtualHost PassEnv Require RewriteCond RewriteRule',
  'ServerAlias UnDefine UnsetEnv Use',
]

const keysByName: ReadonlyMap<string, Key> = new Map<string, Key>([
  ...named(keyedByFirst, 1),
  ...named(keyedByAll, allArguments),
  ...named(['SetEnvIf SetEnvIfNoCase SetEnvIfExpr'], allArguments),
  ...named(['SSLRandomSeed RemoteIPProxyProtocol'], 2),
  ...named(['LogFormat'], -1),
  ...named(['Header'], ([first]) => (/^(?:always|onsuccess)$/i.test(first ?? '') ? 3 : 2)),
  ...named(['RequestHeader'], 2),
  ...named(['Redirect RedirectMatch'], ([first]) => (/^(?:\d{3}|[a-z]+)$/i.test(first ?? '') ? 2 : 1)),
])

function named(names: readonly string[], key: Key): [string, Key][] {
  return names.flatMap((each) => each.split(' ').map((name): [string, Key] => [name.toLowerCase(), key]))
}
