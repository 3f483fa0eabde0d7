// The task download: fetches a file from the first mirror that has it.

import { posix } from 'node:path'
import {
  attributeChanges,
  type Change,
  type Checksum,
  checksum,
  defineTask,
  type Effect,
  type FileState,
  file,
  fileAttributes,
  filePath,
  modeFor,
  PlaybookError,
  run,
  Secret,
  type Step,
  secret,
  sh,
  upload,
  writtenFile,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'
import { noFolder } from '../params/paths.ts'
import { shortSum } from './download/checksumText.ts'
import { explainDownload } from './download/errors.ts'
import { mirrorCheck } from './download/mirrorCheck.ts'
import { address, addresses, type DownloadParams } from './download/params.ts'
import { fetchScript, headerLines } from './download/script.ts'
import { type ListedChecksum, listedChecksum, lookedUp } from './download/sumsFile.ts'

/**
 * Fetches a file. If the host has it with the right checksum, no request is made; an existing file is replaced in one
 * step, and only after the new one is complete and checked.
 *
 * - `url`, or `urls`: mirrors, tried in this order until one delivers the right bytes. http, https and ftp.
 * - `dest` (absolute): the file itself, not its folder, which must exist. If it is a symbolic link, its target is written.
 * - `checksum`: `sha256:HEX`, or `sha512`, `sha384`, `sha224`, or the hex alone; or `sha256:URL` of a list of checksums, as
 *   sha256sum writes it (or BSD's), which the controller fetches once a run. `false`: accept any bytes; an existing file
 *   is then never fetched again.
 * - `owner`, `group`, `mode`: default: unchanged; of a new file the become user and 0644.
 * - `via` (default `'host'`): the host fetches it, by curl or else wget, which take its proxy from the environment.
 *   `'controller'`: it is fetched once on the controller and sent to all hosts; for hosts without internet access.
 * - `timeout` (seconds, default 30): how long a mirror may take to answer, or be silent, before the next is tried
 *   (busybox's wget always waits 15 minutes).
 * - `headers`: of the request, by name; values may be secrets. Neither they nor the addresses appear in an argument list,
 *   where ps would show them; busybox's wget, which takes only arguments, is not used for secrets. They do
 *   not follow a redirect to another host, nor do the credentials of an address. Not with `via: 'controller'`.
 * - `urlUsername`, `urlPassword` (may be a secret): basic authentication, sent with the first request, and as `headers` to
 *   no other host.
 * - `insecure` (default false): skip the check of the mirror's certificate. The checksum is checked anyway.
 *
 * Errors: E_FETCH and E_NO_CHECKSUM (of a list of checksums), E_DOWNLOAD with each mirror and why it failed, E_NOT_A_FILE, E_NO_FOLDER, E_TOOL (neither curl nor wget).
 * A redirect from https to http is not followed (busybox's wget cannot be kept from it). User names, passwords and queries of addresses are never shown.
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
  summary: 'Fetches a file from the first mirror that has it, and checks it before it is used.',
  ansible: {
    modules: ['get_url'],
    params: {
      path: 'dest',
      validate_certs: 'Use insecure: true for no check of certificates.',
      username: 'urlUsername',
      password: 'urlPassword',
      force_basic_auth: 'There is no such option: urlUsername and urlPassword are sent at once.',
    },
  },
  params: z
    .strictObject({
      url: address.optional().describe('The address of the file.'),
      urls: z
        .array(address)
        .min(1, 'expected at least one address')
        .optional()
        .describe('Mirrors, tried in order.'),
      dest: filePath.describe('The file on the host.'),
      checksum: z
        .union(
          [checksum, listedChecksum, z.literal(false)],
          'expected sha256:… (64 hex digits), sha512:… (128), sha256:URL of a list, or false',
        )
        .describe('sha256:HEX or sha256:URL of a list, or another of SHA-2; false accepts any bytes.'),
      ...fileAttributes,
      via: z
        .enum(['host', 'controller'])
        .default('host')
        .describe('Who fetches it: the host, or the controller, which sends it to the host.'),
      timeout: z
        .number()
        .positive()
        .default(30)
        .describe('Seconds a mirror may be silent before the next is tried.'),
      headers: z
        .record(
          z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header'),
          z.union([z.string(), z.instanceof(Secret)]),
        )
        .optional()
        .describe('Headers of the request; values may be secrets.'),
      urlUsername: z
        .string()
        .regex(/^[^:\r\n\0]+$/, 'expected a name without ":"')
        .optional()
        .describe('The user of basic authentication.'),
      urlPassword: z
        .union([z.instanceof(Secret), z.string().transform(secret)])
        .optional()
        .describe('The password of basic authentication. A secret is never shown.'),
      insecure: z.boolean().default(false).describe("Whether to skip the check of the mirror's certificate."),
    })
    .refine(({ url, urls }) => (url === undefined) !== (urls === undefined), {
      error: 'expected url or urls',
    })
    .refine(({ via, checksum }) => via === 'host' || checksum !== false, {
      path: ['checksum'],
      error: "expected a checksum, which via: 'controller' needs",
    })
    .refine(({ urlUsername, urlPassword }) => (urlUsername === undefined) === (urlPassword === undefined), {
      error: 'expected both urlUsername and urlPassword, or neither',
    })
    .refine(
      ({ via, headers, insecure, urlUsername }) => via === 'host' || !(headers || insecure || urlUsername),
      { path: ['via'], error: "expected 'host' where headers, urlUsername or insecure are given" },
    ),
  title: ({ dest }) => posix.basename(dest),
  needs: ({ via, url, urls, dest, headers, urlUsername, checksum }) => ({
    where: sh`[ ! -e ${dest} ]`,
    ...(via === 'controller'
      ? {}
      : {
          tools: [['curl', 'wget']],
          urls: checksum === false || headers || urlUsername ? [] : [addresses({ url, urls })],
        }),
  }),
  inputs: async ({ checksum, url, urls, dest }) => {
    if (!checksum || 'hex' in checksum) return undefined
    const names = addresses({ url, urls }).map((each) => posix.basename(new URL(each).pathname))
    return lookedUp(checksum, [...new Set([...names, posix.basename(dest)])])
  },
  probe: ({ dest, checksum }) => ({
    current: file(dest, checksum ? { digest: checksum.algorithm } : {}),
    folder: file(posix.dirname(dest)),
  }),
  plan: (given, { current, folder }, listed): Change[] => {
    const params = requestOf(given, listed)
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

type Given = Omit<DownloadParams, 'checksum'> & {
  readonly checksum: DownloadParams['checksum'] | ListedChecksum
  readonly urlUsername?: string
  readonly urlPassword?: Secret
}

/** With the checksum that the list has, and the header of the account. */
function requestOf(
  { checksum, urlUsername, urlPassword, ...params }: Given,
  listed: Checksum | undefined,
): DownloadParams {
  const found = checksum && !('hex' in checksum) ? listed! : checksum
  if (urlUsername === undefined || urlPassword === undefined) return { ...params, checksum: found }
  const account = Buffer.from(`${urlUsername}:${urlPassword.reveal()}`, 'utf8').toString('base64')
  return {
    ...params,
    checksum: found,
    headers: { ...params.headers, Authorization: secret(`Basic ${account}`) },
  }
}

/** For a dry run: the file with its digest, but without content. */
function fetched({ dest, checksum, mode, owner, group }: DownloadParams, before: FileState): Effect {
  const { content: _, ...becomes } = writtenFile(before, Buffer.alloc(0), { mode, owner, group })
  return checksum ? { path: dest, becomes: { ...becomes, digest: checksum.hex } } : { tree: dest }
}

function fetching(params: DownloadParams, current: FileState): Step {
  const { dest, checksum, mode, owner, group, via, timeout } = params
  const urls = addresses(params)
  if (via === 'controller' && checksum) {
    const source = { kind: 'fetch' as const, urls, checksum, timeout }
    return upload({ source, path: dest, mode: modeFor(current, mode), owner, group })
  }
  return run(fetchScript(params, current), {
    stdin: secret(`${headerLines(params)}\n${urls.join('\n')}\n`),
    countsBytes: true,
    explain: (output) => explainDownload(params, current, output),
    rehearse: mirrorCheck(params),
    paths: [{ path: dest, as: 'target' }],
  })
}

function notAFile(params: DownloadParams, state: FileState): PlaybookError {
  const { dest } = params
  const name = posix.basename(new URL(addresses(params)[0]!).pathname)
  return new PlaybookError('E_NOT_A_FILE', `${dest} is a ${fileKind(state)}.`, {
    hint: `dest must name the file itself: '${posix.join(dest, name)}'.`,
  })
}
