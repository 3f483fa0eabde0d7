// Containers as hosts, by a real podman; docker's commands are the same.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../cli/command.ts'

const missing = ['/usr/bin/podman', '/usr/sbin/runc', '/usr/bin/busybox'].find((path) => !existsSync(path))
const isRoot = process.getuid?.() === 0
if (missing && process.env.CI === 'true') throw new Error(`These tests need ${missing}.`)
const run = missing || !isRoot ? test.skip : test

const folder = mkdtempSync(join(tmpdir(), 'run-playbook-container-'))
/** Storage of its own, and what a machine without systemd allows. */
const podmanArgs = [
  ...['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
  ...[
    '--storage-driver',
    'vfs',
    '--cgroup-manager',
    'cgroupfs',
    '--runtime',
    'runc',
    '--events-backend',
    'none',
  ],
]
const extra = podmanArgs.join(' ')

const site = cliSite({
  'inventory.yaml': `
all:
  vars: { ansible_connection: podman, ansible_podman_extra_args: '${extra}' }
  hosts: { box: {} }
`,
  'big.bin': 'x'.repeat(3_000_000),
  'site.ts': `
import { definePlay } from 'run-playbook'
import { command, copyFile, directory, line } from 'run-playbook/tasks'
export default definePlay({ name: 'Box', hosts: 'all', tasks: () => [
  directory({ path: '/srv/app', owner: 'app', mode: 0o750 }),
  copyFile({ dest: '/srv/app/conf', content: 'port = 1\\n', owner: 'app' }),
  line({ path: '/srv/app/names', line: 'name = box', create: true }, { become: 'app' }),
  copyFile({ src: 'big.bin', dest: '/srv/app/big.bin' }),
  command({ argv: ['id', '-un'], changed: false }, { become: 'app' }),
] })
`,
})

function podman(...args: readonly string[]): string {
  return execFileSync('podman', [...podmanArgs, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function inBox(script: string): string {
  return podman('exec', 'box', '/bin/sh', '-c', script)
}

test.before(() => {
  if (run === test.skip) return
  const image = join(folder, 'image')
  for (const name of ['bin', 'etc', 'tmp', 'root', 'proc', 'dev', 'srv'])
    mkdirSync(join(image, name), { recursive: true })
  execFileSync('cp', ['/usr/bin/busybox', join(image, 'bin/busybox')])
  const applets = execFileSync('/usr/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const applet of applets) {
    if (applet !== 'busybox') symlinkSync('busybox', join(image, 'bin', applet))
  }
  writeFileSync(join(image, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n')
  writeFileSync(join(image, 'etc/group'), 'root:x:0:\napp:x:1000:\n')
  execFileSync('tar', ['-C', image, '-cf', join(folder, 'image.tar'), '.'])
  podman('import', '-q', join(folder, 'image.tar'), 'box-image')
  const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000']
  podman('run', '-d', '--name', 'box', '--network', 'none', ...limits, 'box-image', '/bin/sleep', '1000')
})

test.after(() => {
  if (run !== test.skip) {
    spawnSync('podman', [...podmanArgs, 'rm', '-af', '-t', '0'])
    spawnSync('podman', [...podmanArgs, 'rmi', '-af'])
  }
  rmSync(folder, { recursive: true, force: true })
  site.remove()
})

run(
  'a dry run touches nothing, a run does its tasks, and a second run finds nothing to do in one trip',
  async () => {
    const dry = await site.run('site.ts -i inventory.yaml --check')
    assert.is(dry.code, 0, dry.stdout + dry.stderr)
    assert.is(inBox('ls /srv').trim(), '')
    const { code, stdout, stderr } = await site.run('site.ts -i inventory.yaml --diff -v')
    assert.is(code, 0, stdout + stderr)
    assert.is(
      inBox(
        'cat /srv/app/conf /srv/app/names; stat -c "%U %a" /srv/app; stat -c %U /srv/app/names; wc -c </srv/app/big.bin',
      ),
      'port = 1\nname = box\napp 750\napp\n3000000\n',
    )
    const again = await site.run('site.ts -i inventory.yaml --output jsonl')
    const end = again.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .findLast(({ event }) => event === 'runEnd')
    assert.equal([again.code, end.hosts[0].changed], [0, 0], again.stdout)
  },
)

run('a user of the inventory runs the commands, and root is no longer one to be', async () => {
  const { code, stdout, stderr } = await site.run('exec -i inventory.yaml -u app -- id -un')
  assert.equal([code, stdout.includes('app')], [0, true], stdout + stderr)
})

run('docker is called as podman is', async () => {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync('/usr/bin/podman', join(bin, 'docker'))
  site.write({
    'docker.yaml': `all: { hosts: { web: { ansible_host: box, ansible_connection: community.docker.docker, ansible_docker_extra_args: '${extra}' } } }\n`,
  })
  const { code, stdout } = await site.run('exec -i docker.yaml -- hostname', {
    env: { PATH: `${bin}:${process.env.PATH}` },
  })
  assert.is(code, 0, stdout)
})

run(
  'a container that is not there, one that is stopped, and a program that is missing are named',
  async () => {
    site.write({
      'gone.yaml': readFileSync(join(site.path, 'inventory.yaml'), 'utf8').replace('box:', 'nobox:'),
    })
    const gone = await site.run('exec -i gone.yaml -- true')
    assert.is(gone.code, 4, gone.stdout)
    assert.match(gone.stdout + gone.stderr, /nobox: podman cannot run a program in it: .*no such container/)
    assert.match(gone.stdout + gone.stderr, /E_CONTAINER\b/)

    const noDocker = await site.run('exec -i nobox, -c docker -- true', { env: { PATH: '/bin:/usr/bin' } })
    assert.is(noDocker.code, 4, noDocker.stdout + noDocker.stderr)
    assert.match(
      noDocker.stdout + noDocker.stderr,
      /E_CONTAINER_PROGRAM\n +Container nobox: there is no program docker on this machine\./,
    )

    const option = await site.run('exec -i inventory.yaml -e ansible_host=--privileged -- true')
    assert.is(option.code, 1, option.stdout)
    assert.match(option.stdout + option.stderr, /E_CONNECTION_VAR/)

    podman('stop', '-t', '0', 'box')
    const stopped = await site.run('exec -i inventory.yaml -- true')
    podman('start', 'box')
    assert.is(stopped.code, 4, stopped.stdout)
    assert.match(stopped.stdout + stopped.stderr, /can only create exec sessions on running containers/)
  },
)

test.run()
