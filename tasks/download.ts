// The task download: a file fetched from the first mirror that has it, checked before it takes its place.

import { STATUS_CODES } from 'node:http'
import { posix } from 'node:path'
import {
  absolutePath,
  attributeChanges,
  type Change,
  type Checksum,
  type Command,
  checksum,
  defineTask,
  type Effect,
  type FileState,
  file,
  fileAttributes,
  formatMode,
  type Output,
  PlaybookError,
  run,
  Secret,
  type Step,
  secret,
  sh,
  shellText,
  splitLines,
  text,
  upload,
  writtenFile,
  z,
} from '../src/index.ts'
import { noFolder } from './paths.ts'

const address = z
  .string()
  .regex(
    /^(?:https?|ftp):\/\/[^\s"\\<>]+$/i,
    'expected an address that begins with https://, http:// or ftp://',
  )
  .refine(isAddress, 'expected an address')

/**
 * Fetches a file. One that is there with the right checksum costs no request; one that is there stays as it is until
 * a new one is complete and checked, and then is replaced in one go.
 *
 * - `url`, or `urls`: mirrors, tried in this order until one delivers the right bytes. http, https and ftp.
 * - `dest` (absolute): the file itself, not its folder, which must exist. A symbolic link's target is written.
 * - `checksum`: `sha256:HEX` or `sha512:HEX`, or the hex alone. `false`: take what comes; a file that is there is
 *   then never fetched again.
 * - `owner`, `group`, `mode`: default as they are; of a new file the become user and 0644.
 * - `via` (default `'host'`): the host fetches it, by curl or else wget, which take its proxy from the environment.
 *   `'controller'`: it is fetched here once for all hosts, and brought to them; for hosts without a way out.
 * - `timeout` (seconds, default 30): how long a mirror may take to answer, or be silent, until the next is tried
 *   (busybox's wget keeps to its own 15 minutes).
 * - `headers`: of the request, by name; values may be secrets. Neither they nor the addresses stand in an argument
 *   list, where ps would show them; busybox's wget, which takes nothing else, is not used for what holds a secret.
 *   Not with `via: 'controller'`.
 * - `insecure` (default false): does not check the mirror's certificate. The checksum is checked all the same.
 *
 * Errors: E_DOWNLOAD with each mirror and why it failed, E_NOT_A_FILE, E_NO_FOLDER, E_TOOL (neither curl nor wget).
 * User names, passwords and queries of addresses are never shown.
 *
 * Sources: curl(1), GNU wget's manual (wgetrc commands), and Ansible's get_url.
 *
 * @example download({
 *   urls: ['https://mirror-1.example/app-1.2.tar.gz', 'https://mirror-2.example/app-1.2.tar.gz'],
 *   dest: '/opt/src/app-1.2.tar.gz',
 *   checksum: 'sha512:7ab0…41',
 * })
 */
export const download = defineTask({
  name: 'download',
  summary: 'Fetches a file from the first mirror that has it, and checks it before it takes its place.',
  params: z
    .strictObject({
      url: address.optional().describe('The address of the file.'),
      urls: z
        .array(address)
        .min(1, 'expected at least one address')
        .optional()
        .describe('Mirrors, tried in order.'),
      dest: absolutePath.describe('The file on the host.'),
      checksum: z
        .union([checksum, z.literal(false)], 'expected sha256:… (64 hex digits), sha512:… (128), or false')
        .describe('sha256:HEX or sha512:HEX; false takes what comes.'),
      ...fileAttributes,
      via: z
        .enum(['host', 'controller'])
        .default('host')
        .describe('Who fetches it: the host, or the controller, which brings it there.'),
      timeout: z
        .number()
        .positive()
        .default(30)
        .describe('Seconds a mirror may be silent until the next is tried.'),
      headers: z
        .record(
          z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header'),
          z.union([z.string(), z.instanceof(Secret)]),
        )
        .optional()
        .describe('Headers of the request; values may be secrets.'),
      insecure: z.boolean().default(false).describe("Whether the mirror's certificate goes unchecked."),
    })
    .refine(({ url, urls }) => (url === undefined) !== (urls === undefined), {
      error: 'expected url or urls',
    })
    .refine(({ via, checksum }) => via === 'host' || checksum !== false, {
      path: ['checksum'],
      error: "expected a checksum, which via: 'controller' needs",
    })
    .refine(({ via, headers, insecure }) => via === 'host' || !(headers || insecure), {
      path: ['via'],
      error: "expected 'host' where headers or insecure are given",
    }),
  title: ({ dest }) => posix.basename(dest),
  probe: ({ dest, checksum }) => ({
    current: file(dest, checksum ? { digest: checksum.algorithm } : {}),
    folder: file(posix.dirname(dest)),
  }),
  plan: (params, { current, folder }): Change[] => {
    const { dest, checksum } = params
    if (current.type !== 'file' && current.type !== 'absent') throw notAFile(params, current)
    if (folder.type === 'absent') throw noFolder(dest)
    if (current.type === 'file' && (!checksum || current.digest === checksum.hex)) {
      return attributeChanges(dest, current, params)
    }
    const from = current.type === 'absent' ? 'absent' : shortSum(checksum, current.digest)
    const to = checksum ? shortSum(checksum, checksum.hex) : 'fetched'
    return [{ what: dest, from, to, steps: [fetching(params, current)], effects: [fetched(params, current)] }]
  },
})

/** What a dry run takes for there: the file with its digest, but no content. */
function fetched({ dest, checksum, mode, owner, group }: Wanted, before: FileState): Effect {
  const { content: _, ...becomes } = writtenFile(before, Buffer.alloc(0), { mode, owner, group })
  return checksum ? { path: dest, becomes: { ...becomes, digest: checksum.hex } } : { tree: dest }
}

type Wanted = {
  url?: string
  urls?: string[]
  dest: string
  checksum: Checksum | false
  mode?: number
  owner?: string
  group?: string
  via: 'host' | 'controller'
  timeout: number
  headers?: Record<string, string | Secret>
  insecure: boolean
}

function fetching(wanted: Wanted, current: FileState): Step {
  const { dest, checksum, mode, owner, group, via } = wanted
  const urls = addresses(wanted)
  if (via === 'controller' && checksum) {
    return upload({ source: { kind: 'fetch', urls, checksum }, path: dest, mode, owner, group })
  }
  return run(fetchScript(wanted, current), {
    stdin: secret(`${headerLines(wanted)}\n${urls.join('\n')}\n`),
    explain: (output) => explained(wanted, current, output),
  })
}

/** No mirror delivered; what each said stands on standard output. */
const noMirrorCode = 70
const noToolCode = 71

/** Reads header lines, an empty line, and addresses; tries these in turn, and puts the first good file into place. */
function fetchScript(wanted: Wanted, current: FileState): Command {
  const { dest, checksum } = wanted
  const digest = checksum ? sh`${`${checksum.algorithm}sum`}` : sh`:`
  return sh`dest=${dest}
if [ -L "$dest" ]; then dest=$(readlink -f -- "$dest") || exit 1; fi
part=$(mktemp "\${dest%/*}/.run-playbook-XXXXXXXX") || exit 1
trap 'rm -f -- "$part" "$part.rc"' EXIT
trap 'exit 130' HUP INT TERM
headers=
while IFS= read -r header && [ -n "$header" ]; do headers="$headers$header
"; done
${fetchTool(wanted)}
mirror=0
while IFS= read -r url; do
  mirror=$((mirror + 1))
  if said=$(fetch "$url" 2>&1); then
    sum=$(${digest} <"$part"); sum=\${sum%% *}
    if [ "$sum" = ${checksum ? checksum.hex : ''} ]; then
      ${placement(wanted, current)}
      exit 0
    fi
    printf '%s sum %s\\n' "$mirror" "$sum"
  else
    printf '%s said %s\\n' "$mirror" "$(printf %s "$said" | tr '\\n' ' ')"
  fi
done
exit ${noMirrorCode}`
}

/**
 * The shell function `fetch ADDRESS`, which writes the file `$part`, by what the host has. curl reads headers and
 * address from its standard input; GNU wget the address, and the headers from a file that only its user may read.
 * What is left takes arguments alone (and busybox's wget crashes if given a timeout).
 */
function fetchTool(wanted: Wanted): Command {
  const seconds = Math.ceil(wanted.timeout)
  const curlOptions = shellText(wanted.insecure ? '-k' : '')
  const wgetOptions = shellText(wanted.insecure ? '--no-check-certificate' : '')
  return sh`if command -v curl >/dev/null; then
  fetch() {
    { printf %s "$headers" | sed ${'s/[\\\\"]/\\\\&/g; s/.*/header = "&"/'}; printf 'url = "%s"\\n' "$1"; } |
      curl -q -gfsSL ${curlOptions} --connect-timeout ${seconds} --speed-limit 1 --speed-time ${seconds} -o "$part" -w 'status=%{http_code} ' -K -
  }
elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
  ( umask 077; printf %s "$headers" | sed 's/^/header = /' >"$part.rc" )
  fetch() {
    printf '%s\\n' "$1" | wget --config="$part.rc" -nv ${wgetOptions} --tries=1 --timeout=${seconds} -O "$part" -i -
  }
elif command -v wget >/dev/null && ${shellText(isPrivate(wanted) ? 'false' : 'true')}; then
  fetch() {
    url=$1; set --
    while IFS= read -r header; do [ -z "$header" ] || set -- "$@" --header "$header"; done <<END
$headers
END
    wget -q ${wgetOptions} "$@" -O "$part" "$url" </dev/null
  }
else exit ${noToolCode}; fi`
}

/** Gives the file its attributes, those of the one it replaces where no others are wanted, and its name. */
function placement({ mode, owner, group }: Wanted, current: FileState): Command {
  const kept = current.type === 'file' ? current : undefined
  const wanted = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`
  const lines = [
    kept
      ? sh`chown ${`${kept.uid}:${kept.gid}`} -- "$part" 2>/dev/null; chcon --reference="$dest" -- "$part" 2>/dev/null`
      : sh`:`,
    wanted === '' ? sh`:` : sh`chown ${wanted} -- "$part" || exit 1`,
    sh`chmod ${formatMode(mode ?? kept?.mode ?? 0o644)} -- "$part" && mv -f -- "$part" "$dest" || exit 1`,
  ]
  return shellText(lines.map(({ script }) => script).join('\n      '))
}

function explained(wanted: Wanted, current: FileState, output: Output): PlaybookError | undefined {
  if (output.code === noToolCode) return noTool(isPrivate(wanted))
  if (output.code !== noMirrorCode) return undefined
  const said = new Map(splitLines(text(output)).map((each) => [Number.parseInt(each, 10), each] as const))
  const urls = addresses(wanted)
  const reasons = urls.map((url, index) => reason(wanted, url, said.get(index + 1) ?? ''))
  const details = urls.map((url, index) => `${shownAddress(url)}   ${reasons[index]}`)
  if (current.type === 'file') details.push('The file already on the host was left as it was.')
  const count = urls.length === 1 ? 'The address did not deliver' : `None of ${urls.length} mirrors delivered`
  const hint = reasons.some((each) => each.includes('expected'))
    ? 'Is the checksum that of another version?'
    : "Does the host reach them? via: 'controller' fetches the file here, and brings it there."
  return new PlaybookError('E_DOWNLOAD', `${count} ${posix.basename(wanted.dest)}.`, { details, hint })
}

/** Why a mirror failed, of its line `2 sum HEX` or `1 said status=404 curl: (22) …`. */
function reason({ checksum }: Wanted, url: string, line: string): string {
  const [, kind, rest = ''] = /^\d+ (sum|said) ?(.*)$/.exec(line) ?? []
  if (kind === 'sum' && checksum)
    return `${algorithmName(checksum)} is ${shorten(rest)}, expected ${shorten(checksum.hex)}`
  const status = /(?:status=|ERROR |HTTP\/1\.\d )([45]\d\d)/.exec(rest)?.[1]
  if (/Authentication Failed/.test(rest)) return '401 Unauthorized'
  if (status) return `${status} ${STATUS_CODES[status] ?? ''}`.trim()
  const error =
    /(?:curl: \(\d+\) |failed: |wget: )(.*?)\.?\s*$/.exec(rest)?.[1] ?? rest.replace(/^status=\d+ /, '')
  return withoutCredentials(error, url).trim() || 'no answer'
}

function shortSum(checksum: Checksum | false, hex: string | undefined): string {
  if (!checksum || !hex) return 'another file'
  return `${algorithmName(checksum)} ${shorten(hex)}`
}

function algorithmName({ algorithm }: Checksum): string {
  return algorithm === 'sha512' ? 'SHA-512' : 'SHA-256'
}

/** `7ab0…41` */
function shorten(hex: string): string {
  return `${hex.slice(0, 4)}…${hex.slice(-2)}`
}

function addresses({ url, urls }: Wanted): string[] {
  return urls ?? [url!]
}

function headerLines({ headers = {} }: Wanted): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${oneLine(name, value instanceof Secret ? value.reveal() : value)}\n`)
    .join('')
}

function oneLine(name: string, value: string): string {
  if (/[\r\n\0]/.test(value))
    throw new PlaybookError('E_HEADER', `The value of header ${name} has a line end.`)
  return value
}

/** Whether something stands in the request that an argument list must not show. */
function isPrivate(wanted: Wanted): boolean {
  const isSecret = Object.values(wanted.headers ?? {}).some((value) => value instanceof Secret)
  return isSecret || addresses(wanted).some((url) => shownAddress(url) !== url)
}

/** An address without user, password and query, any of which may hold a credential. */
function shownAddress(url: string): string {
  const plain = url.replace(/^(\w+:\/\/)[^/?#]*@/, '$1')
  return plain.replace(/\?.*$/, '?…')
}

function withoutCredentials(said: string, url: string): string {
  const { password, search } = new URL(url)
  const hidden = [url, password, decodeURIComponent(password), search].filter((each) => each.length > 1)
  return hidden.reduce((result, each) => result.replaceAll(each, '…'), said)
}

function isAddress(value: string): boolean {
  return URL.canParse(value)
}

function notAFile(wanted: Wanted, state: FileState): PlaybookError {
  const { dest } = wanted
  const name = posix.basename(new URL(addresses(wanted)[0]!).pathname)
  return new PlaybookError(
    'E_NOT_A_FILE',
    `${dest} is a ${state.type === 'other' ? 'special file' : state.type}.`,
    {
      hint: `dest names the file itself: '${posix.join(dest, name)}'.`,
    },
  )
}

function noTool(hasSecrets: boolean): PlaybookError {
  const tools = hasSecrets ? 'curl nor GNU wget' : 'curl nor wget'
  return new PlaybookError('E_TOOL', `The host has neither ${tools}.`, {
    hint: "Install curl there, or fetch it here: via: 'controller'.",
  })
}
