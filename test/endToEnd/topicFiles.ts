// The files on the controller and on hosts that the rows of tasks take as given.

import { chmodSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ansibleFolder } from '../../lab/artifacts/ansible.ts'
import { noLog } from '../../lab/machine/log.ts'
import type { LabSite } from './labSite.ts'
import { type Topic, topics } from './taskRows.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The topics that run here: tasks that need Ansible on this machine do where pip brings it; `missing` says why not. */
export async function topicsHere(): Promise<{
  readonly topics: readonly Topic[]
  readonly missing: string | undefined
}> {
  const ansible = await ansibleFolder(noLog)
  if ('folder' in ansible) {
    process.env.RUN_PLAYBOOK_ANSIBLE = ansible.folder
    return { topics, missing: undefined }
  }
  return { topics: topics.filter(({ name }) => name !== 'ansible'), missing: ansible.missing }
}

/** Writes them; `blob` is what `files/blob` holds. */
export async function prepareTopics(site: LabSite, hosts: readonly string[], blob: Buffer): Promise<void> {
  site.write('files/blob', blob)
  site.write(
    'templates/site.j2',
    '{{ ansible_hostname | length > 0 }} {{ 10 / 2 }}\n{% for peer in peers %}\n- {{ peer }}\n{% endfor %}\npassword={{ password }}\n',
  )
  site.write('files/long.txt', 'four hundred thousand bytes, a line of forty\n'.slice(0, 40).repeat(10_000))
  chmodSync(site.write('files/program', '#!/bin/sh\necho "it runs"\n\n'), 0o750)
  site.write('files/tree/sub/page', 'the page\n')
  chmodSync(site.write('files/tree/run', '#!/bin/sh\necho it runs\n'), 0o755)
  symlinkSync('sub/page', join(site.folder, 'files/tree/here'))
  site.write('files/server.xml', readFileSync(tomcatFile('conf/server.xml')))
  site.write(
    'roles/old/tasks/main.yml',
    `- name: Write
  ansible.builtin.copy: { dest: "/srv/t/old-{{ item }}", content: "{{ inventory_hostname }} {{ word }}\\n" }
  loop: [a, b]
`,
  )
  await Promise.all(hosts.map((host) => prepareHost(site, host)))
}

/** unzip and git are neither in the image nor packages of the lab: the machine's own do it. */
async function prepareHost(site: LabSite, host: string): Promise<void> {
  const files = [
    '/usr/bin/unzip',
    '/usr/bin/git',
    join(root, 'test/fixtures/httpd/2.4.68/httpd.conf'),
    tomcatFile('conf/server.xml'),
    tomcatFile('bin/catalina.sh'),
  ]
  await site.on(host, 'mkdir -p /srv/files /srv/t')
  for (const path of files)
    await site.on(host, `cat >/srv/files/${basename(path)}`, { input: readFileSync(path) })
  await site.on(
    host,
    'cd /srv/files && chmod 755 unzip git && mv unzip git /usr/bin && ln -s git /usr/bin/git-upload-pack',
  )
}

function tomcatFile(path: string): string {
  return join(root, 'test/fixtures/tomcat/9.0.109', path)
}
