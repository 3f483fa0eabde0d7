// Transport to containers: docker, podman or systemd runs the commands in them.

import { execFile } from 'node:child_process'
import { UnreachableError } from '../model/errors/error.ts'
import type { ConnectionSettings, ContainerKind } from '../model/host.ts'
import { connectByPrograms } from './local.ts'
import type { Transport } from './program/transport.ts'

type Argv = readonly [file: string, ...args: string[]]

type Tool = {
  /** Runs a program in the container of `settings`; as the container's own user unless one is given. */
  readonly argv: (settings: ConnectionSettings, program: readonly string[]) => Argv
  /** Lists what there is. */
  readonly list: string
}

/** What systemd names its machines, and docker and podman their containers, is no option. */
const tools: { readonly [kind in ContainerKind]: Tool } = {
  docker: containerTool('docker'),
  podman: containerTool('podman'),
  machinectl: {
    // `machinectl shell` has a terminal of its own, which would change bytes; this is the same service without one.
    argv: ({ host, user }, program) => [
      'systemd-run',
      ...['--quiet', '--pipe', '--wait', '--collect', `--machine=${host}`],
      ...(user === undefined ? [] : [`--uid=${user}`]),
      '--',
      ...program,
    ],
    list: 'machinectl list',
  },
}

function containerTool(name: 'docker' | 'podman'): Tool {
  return {
    argv: ({ host, user, containerArgs = [] }, program) => [
      name,
      ...containerArgs,
      ...['exec', '-i'],
      ...(user === undefined ? [] : ['-u', user]),
      host,
      ...program,
    ],
    list: `${name} ps -a`,
  }
}

/**
 * Containers on this machine, or where the arguments of docker and podman point. The host's address is the container's
 * name or id, `ansible_user` the user in it.
 *
 * @throws UnreachableError E_CONTAINER, E_CONTAINER_PROGRAM, E_CONNECT_TIMEOUT
 */
export function containerTransport(kind: ContainerKind): Transport {
  const { argv } = tools[kind]
  return {
    connect: async (settings) => {
      const user = await userIn(kind, settings)
      return connectByPrograms(settings, {
        endpoint: `${user}@${settings.host} (${kind})`,
        user,
        argv: (command) => argv(settings, ['/bin/sh', '-c', command]),
        argvAs: (other) => (command) => argv({ ...settings, user: other }, ['/bin/sh', '-c', command]),
      })
    },
  }
}

/** Whom programs in the container run as: the image knows. It is also the proof that they can run. */
function userIn(kind: ContainerKind, settings: ConnectionSettings): Promise<string> {
  const { argv } = tools[kind]
  const [file, ...args] = argv(settings, ['/bin/sh', '-c', 'id -un 2>/dev/null || id -u'])
  const seconds = settings.timeout ?? 10
  return new Promise((resolve, reject) => {
    execFile(file, args, { timeout: seconds * 1000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim())
      else reject(connectError(kind, settings, { ...error, file, stderr, seconds }))
    })
  })
}

type Failure = {
  readonly code?: unknown
  readonly killed?: boolean
  readonly file: string
  readonly stderr: string
  readonly seconds: number
}

function connectError(
  kind: ContainerKind,
  { host }: ConnectionSettings,
  { code, killed, file, stderr, seconds }: Failure,
): UnreachableError {
  if (code === 'ENOENT') {
    const message = `Container ${host}: there is no program ${file} on this machine.`
    const hint = `Install it, or set ansible_connection to another of: ${Object.keys(tools).join(', ')}.`
    return new UnreachableError('E_CONTAINER_PROGRAM', message, 'connect', { hint })
  }
  if (killed) {
    const message = `Container ${host}: ${file} did not answer for ${seconds} s.`
    return new UnreachableError('E_CONNECT_TIMEOUT', message, 'connect', {
      hint: 'If it is only slow, raise the timeout (-T).',
    })
  }
  const lines = stderr.trim().split('\n').slice(-10)
  const message = `Container ${host}: ${file} cannot run a program in it: ${lines.at(-1)}`
  const hint = `Is it running, and is this its name? ${tools[kind].list}`
  return new UnreachableError('E_CONTAINER', message, 'connect', { hint, details: lines.slice(0, -1) })
}
