// Tests the task template in a play: it sees host, facts and other hosts, shows no secret.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type TaskOptions, z } from '../../src/index.ts'
import { definePlay } from '../../src/model/play.ts'
import { defineRole } from '../../src/model/roles/role.ts'
import { Secret, secret } from '../../src/model/secrets/secret.ts'
import { template } from '../../tasks/files/template.ts'
import { runPlays, runTasks } from './harness.ts'

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-template-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A task that renders the text to a file of the folder. */
function rendering(folder: string, text: string, options: TaskOptions = {}) {
  writeFileSync(join(folder, 't.j2'), text)
  return template({ src: join(folder, 't.j2'), dest: join(folder, 'out'), vars: { own: 'given' } }, options)
}

const out = (folder: string) => readFileSync(join(folder, 'out'), 'utf8')

test('a template sees the variables of its host, magic names and other hosts', () =>
  inFolder(async (folder) => {
    const text = [
      '{{ inventory_hostname }} {{ port + 1 }} {{ own }} {{ ansible_host }}',
      "{{ ansible_play_hosts }} {{ 'two' in groups.all }} {{ group_names }}",
      "{{ hostvars['two'].port }} {{ hostvars.two['inventory_hostname'] }} {{ hostvars | length }}",
      '{{ ansible_managed }} {{ missing | default("-") }}',
    ]
    const settings = { vars: { port: 80, own: 'inventory' }, others: ['two'], otherVars: { port: 81 } }
    const { story } = await runTasks([rendering(folder, `${text.join('\n')}\n`)], settings)
    assert.match(story[0]!, /changed/)
    assert.is(out(folder), "one 81 given one\n['one'] True ['all']\n81 two 2\nAnsible managed -\n")
  }))

test('facts by the names of Ansible are read when a template names them', () =>
  inFolder(async (folder) => {
    const text = '{{ ansible_facts.os_family == ansible_os_family }} {{ ansible_hostname | length > 0 }}\n'
    const { recap } = await runTasks([rendering(folder, text)])
    assert.is(recap.hosts[0]!.counts.failed, 0)
    assert.is(out(folder), 'True True\n')
  }))

test('in a role, a template sees what is the role’s own', () =>
  inFolder(async (folder) => {
    const role = defineRole({
      name: 'web',
      params: z.strictObject({ port: z.int() }),
      vars: z.object({ name: z.string().default('from the schema') }),
      tasks: () => [rendering(folder, '{{ port }} {{ name }} {{ other }}\n')],
    })
    const play = definePlay({ name: 'test', hosts: 'all', roles: [role({ port: 8080 })] })
    await runPlays([play], { vars: { port: 1, other: 'inventory' } })
    assert.is(out(folder), '8080 from the schema inventory\n')
  }))

test('a diff shows the lines around a secret, and neither the new secret nor the old one', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'out'), 'user=app\npassword=0ldsecret\nport=80\n')
    const text = 'user=app\npassword={{ pw }}\nhash={{ pw | hash("sha256") }}\nport=81\n'
    for (const isCheck of [true, false]) {
      const { events } = await runTasks([rendering(folder, text)], {
        isCheck,
        vars: { pw: secret('hunter2') },
      })
      const shown = JSON.stringify(events)
      assert.match(shown, 'port=81')
      assert.match(shown, 'user=app')
      const hash = 'f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7'
      for (const hidden of ['hunter2', '0ldsecret', hash]) assert.not.match(shown, hidden)
    }
    assert.match(out(folder), 'password=hunter2\n')
  }))

test('what a failed check prints of a secret is masked', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 't.j2'), '{{ pw | b64encode }}\n{{ pw | hash }}\n')
    const task = template({
      ...{ src: join(folder, 't.j2'), dest: join(folder, 'out'), validate: 'cat {}; false' },
      vars: { pw: new Secret('hunter2') },
    })
    const { events } = await runTasks([task])
    const shown = JSON.stringify(events)
    assert.match(shown, '••••')
    for (const hidden of ['aHVudGVyMg', 'f3bbbd66a63d4bf1747940578ec3d0103530e21d'])
      assert.not.match(shown, hidden)
  }))

test('a mistake in a template is an error before any host is changed', () =>
  inFolder(async (folder) => {
    const thrown = await runTasks([rendering(folder, 'a\n{{ nothing }}\n')]).catch((error) => error)
    const [error] = thrown.errors
    assert.is(error.code, 'E_UNDEFINED')
    assert.is(error.where.line, 2)
    assert.match(error.where.file, /t\.j2$/)
  }))

test.run()
