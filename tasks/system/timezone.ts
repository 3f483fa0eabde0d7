// The task timezone: the time zone of the host.

import { posix } from 'node:path'
import {
  type Change,
  contentOf,
  defineTask,
  type FileState,
  file,
  fileChanges,
  PlaybookError,
  run,
  sh,
  z,
} from '../../src/index.ts'
import { fileKind } from '../params/fileKind.ts'

/**
 * Sets the time zone of the host. It needs no running systemd.
 *
 * - `name`: as below /usr/share/zoneinfo: `Europe/Berlin`, `Asia/Seoul`, `UTC`.
 *
 * /etc/localtime becomes a link to the zone, in one step; a copy of a zone there is replaced by the link. /etc/timezone is
 * written where the host has one. A running process keeps the zone that it started with.
 *
 * Errors: E_NO_ZONE.
 *
 * Sources: localtime(5), timedatectl(1), Ansible's timezone (community.general), whose `hwclock` is not done here.
 *
 * @example timezone({ name: 'Asia/Seoul' })
 */
export const timezone = defineTask({
  name: 'timezone',
  summary: 'Sets the time zone of the host.',
  ansible: {
    modules: ['timezone'],
    params: { hwclock: 'There is no such option: the clock of the hardware is left alone.' },
  },
  params: z.strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/,
        'expected the name of a time zone, such as Europe/Berlin',
      )
      .describe('The zone: Europe/Berlin, UTC.'),
  }),
  title: ({ name }) => name,
  needs: { root: true },
  probe: ({ name }) => ({
    link: file(linkPath, { follow: false }),
    zone: file(`${zones}/${name}`),
    text: file(textPath, { content: true }),
  }),
  plan: ({ name }, { link, zone, text }): Change[] => {
    if (zone.type !== 'file') throw noZone(name, zone)
    const target = `..${zones}/${name}`
    const before = contentOf(textPath, text)?.toString('utf8')
    const edits = before === undefined ? [] : [{ what: textPath, from: before.trim(), to: name }]
    const becomes = {
      type: 'link',
      target,
      mode: 0o777,
      owner: 'root',
      group: 'root',
      uid: 0,
      gid: 0,
      mtimeMs: 0,
    } as const
    return [
      ...(zoneOf(link) === name
        ? []
        : [
            {
              what: linkPath,
              from: link.type === 'link' ? `link to ${link.target}` : fileKind(link),
              to: `link to ${target}`,
              steps: [
                run(sh`rp_link ${linkPath} ${target}`, { paths: [{ path: linkPath, as: 'entry' as const }] }),
              ],
              effects: [{ path: linkPath, becomes }],
            },
          ]),
      ...(before === undefined || before.trim() === name
        ? []
        : fileChanges(text, { path: textPath, content: `${name}\n`, edits })),
    ]
  },
})

const linkPath = '/etc/localtime'
const textPath = '/etc/timezone'
const zones = '/usr/share/zoneinfo'

function zoneOf(link: FileState): string | undefined {
  if (link.type !== 'link') return undefined
  const target = posix.resolve('/etc', link.target)
  return target.startsWith(`${zones}/`) ? target.slice(zones.length + 1) : undefined
}

function noZone(name: string, { type }: FileState): PlaybookError {
  const hint =
    type === 'directory'
      ? 'It is a folder of zones: name one of them.'
      : 'Names are those below /usr/share/zoneinfo, as Europe/Berlin. Is the package tzdata missing?'
  return new PlaybookError('E_NO_ZONE', `The host has no time zone ${name}.`, { hint })
}
