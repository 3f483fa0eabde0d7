// The edits that turn a stock httpd.conf into the site's.

import type { HttpdEdit, HttpdNode, HttpdPlace, HttpdValue } from 'run-playbook/formats'

export type HttpdConfSettings = {
  /** Who the server's processes run as. */
  readonly account: string
  /** Default: the account's name. */
  readonly group?: string
  readonly port?: number
  readonly serverName?: string
  /** What the Server header tells: `prod` is no more than "Apache". */
  readonly serverTokens?: string
  /** Modules to load that stock only mentions, or loads already. */
  readonly modules?: readonly string[]
  readonly timeoutSeconds?: number
  readonly keepAlive?: boolean
  readonly maxKeepAliveRequests?: number
  readonly keepAliveTimeoutSeconds?: number
  /** Requests after which a process is replaced. */
  readonly maxRequestsPerChild?: number
  /** The tree of files that may be served. */
  readonly documentTree?: string
  /** The methods that are allowed; the others are answered with 403, TRACE with 405. */
  readonly methods?: readonly string[]
  /** The largest body of a request. */
  readonly requestBodyLimitBytes?: number
  /** Trees with another limit, for files. */
  readonly treeBodyLimitsBytes?: { readonly [tree: string]: number }
  /** What to answer for a status: a path, a URL or a text. */
  readonly errorDocuments?: readonly (readonly [status: number, document: string])[]
  /** The file of virtual hosts to include; `null` for none. */
  readonly vhosts?: string | null
  /** mod_jk's configuration to include, for which the module is loaded; `null` leaves mod_jk out. */
  readonly jk?: string | null
}

/**
 * The edits for one server, for a stock file of httpd 2.4, a finished one and one made with other settings. Defaults are
 * the runbook's values.
 *
 * Where they are not what the runbook writes:
 * - Its two `<Directory />` are one, and stock's `AllowOverride none` and `Require all denied` stay in it: files
 *   are served from the trees that are granted and from nowhere else, which the runbook's grant of /data2 presumes.
 * - No `<Directory>` applies to what JkMount takes, and its LimitExcept would not even reach /data2, whose own
 *   `Require` takes its place. `<Location "/">` applies to both. `AuthMerging And` makes it add to the rules for files:
 *   without it, it would replace them, and .htpasswd would be served. It overrules the smaller limits of trees, which
 *   matters where such a tree is served at all: no URI leads to /home/userdir.
 * - LimitExcept cannot limit TRACE (httpd's manual); `TraceEnable off` does.
 * - Of its two ErrorDocuments for 404 the second is kept, which is the one that httpd goes by.
 * - MaxRequestsPerChild is the old name of MaxConnectionsPerChild; httpd knows both, and the runbook's is kept.
 *
 * @example editHttpdConf({ path: '/data2/apache/conf/httpd.conf', edits: httpdConfEdits({ account: 'ecsuser' }) })
 */
export function httpdConfEdits(settings: HttpdConfSettings): HttpdEdit[] {
  const { account, vhosts = 'conf/extra/httpd-vhosts.conf' } = settings
  return [
    { set: 'ServerTokens', args: [settings.serverTokens ?? 'prod'], place: { after: 'ServerRoot' } },
    { set: 'ServerSignature', args: ['Off'], place: { after: 'ServerTokens' } },
    { set: 'Listen', args: [settings.port ?? 80], key: 0 },
    ...(settings.modules ?? loadedModules).map(
      (name): HttpdEdit => ({ uncomment: 'LoadModule', args: [name] }),
    ),
    { set: 'User', args: [account], in: [{ name: 'IfModule', args: ['unixd_module'] }] },
    { set: 'Group', args: [settings.group ?? account], in: [{ name: 'IfModule', args: ['unixd_module'] }] },
    ...timing(settings),
    ...access(settings),
    { comment: 'CustomLog', in: [{ name: 'IfModule', args: ['log_config_module'] }] },
    { comment: 'ScriptAlias', args: ['/cgi-bin/'], in: [{ name: 'IfModule', args: ['alias_module'] }] },
    ...compressType(),
    ...(settings.errorDocuments ?? errorDocuments).map(
      ([status, text]): HttpdEdit => ({ set: 'ErrorDocument', args: [status, text] }),
    ),
    ...(vhosts === null ? [] : [{ set: 'Include', args: [vhosts] }]),
    ...modJk(settings.jk === undefined ? 'conf/mod_jk.conf' : settings.jk),
  ]
}

/** Those the runbook lists, in its order. */
const loadedModules = [
  'authn_file_module',
  'authn_core_module',
  'authz_host_module',
  'authz_groupfile_module',
  'authz_user_module',
  'authz_core_module',
  'access_compat_module',
  'auth_basic_module',
  'socache_shmcb_module',
  'reqtimeout_module',
  'filter_module',
  'mime_module',
  'log_config_module',
  'env_module',
  'headers_module',
  'setenvif_module',
  'version_module',
  'ssl_module',
  'unixd_module',
  'status_module',
  'autoindex_module',
  'dir_module',
  'alias_module',
  'rewrite_module',
]

const errorDocuments = [
  [500, 'The server made a boo boo.'],
  [404, '/cgi-bin/missing_handler.pl'],
  [403, '/missing.html'],
  [402, 'http://www.example.com/subscription_info.html'],
  [401, '/missing.html'],
  [400, '/missing.html'],
] as const

/** ServerName and what the runbook writes below it, each after the one before. */
function timing(settings: HttpdConfSettings): HttpdEdit[] {
  const lines: readonly (readonly [name: string, value: HttpdValue])[] = [
    ['ServerName', settings.serverName ?? '127.0.0.1'],
    ['Timeout', settings.timeoutSeconds ?? 60],
    ['KeepAlive', settings.keepAlive ?? true],
    ['MaxKeepAliveRequests', settings.maxKeepAliveRequests ?? 100],
    ['KeepAliveTimeout', settings.keepAliveTimeoutSeconds ?? 2],
    ['MaxRequestsPerChild', settings.maxRequestsPerChild ?? 5000],
    ['TraceEnable', 'off'],
  ]
  return lines.map(([name, value], index): HttpdEdit => {
    const above = lines[index - 1]
    return { set: name, args: [value], place: above ? [{ after: above[0] }, 'last'] : undefined }
  })
}

/** Allowed paths, methods, and the size of a request. */
function access(settings: HttpdConfSettings): HttpdEdit[] {
  const tree = settings.documentTree ?? '/data2'
  const trees = Object.entries(settings.treeBodyLimitsBytes ?? { '/home/userdir/': 1_024_000 })
  const body: HttpdNode = { name: 'LimitRequestBody', args: [settings.requestBodyLimitBytes ?? 5_242_880] }
  const methods: HttpdNode = {
    name: 'LimitExcept',
    args: settings.methods ?? ['GET', 'POST', 'HEAD'],
    content: [allDenied],
  }
  const none: HttpdNode = { name: 'AllowOverride', args: ['none'] }
  const afterDirectories: HttpdPlace[] = [{ after: 'Directory' }, 'last']
  return [
    { section: 'Directory', args: ['/'], content: [none, allDenied, body, methods], only: true },
    {
      section: 'Directory',
      args: [tree],
      content: [none, allGranted],
      place: { after: { name: 'Directory', args: ['/'] } },
    },
    ...trees.map(
      ([path, limit]): HttpdEdit => ({
        section: 'Directory',
        args: [path],
        content: [{ name: 'LimitRequestBody', args: [limit] }],
        place: [{ after: { name: 'Directory', args: [tree] } }, 'last'],
      }),
    ),
    { section: 'Files', args: ['.ht*'], content: [allDenied], place: afterDirectories },
    {
      section: 'Location',
      args: ['/'],
      content: [{ name: 'AuthMerging', args: ['And'] }, body, methods],
      place: { after: { name: 'Files', args: ['.ht*'] } },
    },
  ]
}

const allGranted: HttpdNode = { name: 'Require', args: ['all', 'granted'] }
const allDenied: HttpdNode = { name: 'Require', args: ['all', 'denied'] }

/** Stock's type for .Z, which the runbook misspells. */
function compressType(): HttpdEdit[] {
  const mime = [{ name: 'IfModule', args: ['mime_module'] }]
  return [
    { remove: 'AddType', args: ['aplication/x-compress'], in: mime },
    { set: 'AddType', args: ['application/x-compress', '.Z'], in: mime },
  ]
}

function modJk(conf: string | null): HttpdEdit[] {
  if (conf === null) {
    return [
      { remove: 'LoadModule', args: ['jk_module'] },
      { remove: 'Include', args: ['conf/mod_jk.conf'] },
    ]
  }
  return [
    {
      set: 'LoadModule',
      args: ['jk_module', 'modules/mod_jk.so'],
      place: [{ after: { name: 'LoadModule', args: ['rewrite_module'] } }, { after: 'LoadModule' }],
    },
    { set: 'Include', args: [conf], place: 'last' },
  ]
}
