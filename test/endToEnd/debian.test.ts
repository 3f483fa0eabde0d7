// Debian hosts and a busybox host of the lab.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { findHost } from '../../lab/instance/ssh.ts'
import { down, type Lab, ssh, up } from '../../lab/lab.ts'

const name = 'e2e-debian'
let lab: Lab

const on = async (host: string, script: string) => (await ssh(lab, findHost(lab.hosts, host), script)).stdout

test('a fresh lab of the flavour apt comes up', async () => {
  lab = await up(name, { flavour: 'apt', isFresh: true })
})

test('a lab keeps its flavour', async () => {
  const error = await up(name, { flavour: 'dnf' }).catch((error) => error)
  assert.is(error.code, 'E_LAB_FLAVOUR')
})

test('apt installs signed packages, of the stable suite unless another is named', async () => {
  const script = 'apt-get -q update >&2; apt-get install -qy lab-hello lab-app >&2; lab-hello; lab-app'
  assert.is(await on('deb-01', script), 'hello 1.2-1\nthe library\n')
  assert.is(await on('deb-01', 'apt-get install -qy lab-hello/testing >&2; lab-hello'), 'hello 2.0~rc1-1\n')
})

test('the box has busybox alone', async () => {
  const script = 'hostname; for program in bash python3 perl apt-get systemctl; do command -v $program; done'
  assert.is(await on('box-01', `${script}; readlink /bin/ls`), 'box-01\n/bin/busybox\n')
})

test('the lab goes down', async () => {
  await down(name, { isPurge: true })
})

test.run()
