// Every task that makes, replaces, moves or unpacks files leaves them with the context that they should have.

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  copyDirectory,
  copyFile,
  cron,
  directory,
  download,
  editHttpdConf,
  editJson,
  editXml,
  editYaml,
  file,
  hostsFile,
  iniFile,
  keyValueFile,
  line,
  link,
  ownership,
  pamLimits,
  properties,
  remove,
  replace,
  sshdConfig,
  systemdUnit,
  template,
  textBlock,
  unarchive,
  user,
} from '../../tasks/index.ts'
import { playbookText, type Ran } from '../endToEnd/labSite.ts'
import { guestName, guestSite, isOfLogin } from './guestSite.ts'

const site = guestSite()
const big = Buffer.alloc(2_000_000, 'large ')

/**
 * New files below /srv/NAME/www get a type of their own, and so do some names of /etc: nothing there is right by
 * inheriting the type of the folder. In /srv/old each file is wrong, and stays so; /srv/right is right, and stays so.
 */
const setup = `mkdir -p /srv/old /srv/right/www /srv/old/www/sub /srv/lab
cd /srv/old && for name in copied line block replaced properties ini keys json yaml xml template uploaded kept backed downloaded hosts sshd httpd limits jobs; do echo a=1 >$name; done
echo '{ "a": 1 }' >json; echo 'a: 1' >yaml; echo '<a/>' >xml; printf '[s]\\na=1\\n' >ini
echo '127.0.0.1 localhost' >hosts; echo 'Port 22' >sshd; echo 'Listen 80' >httpd; : >limits; : >jobs
mkdir -p unpacked/conf && echo 0 >unpacked/version && echo 0 >unpacked/conf/app
echo old >www/page; echo old >www/sub/page; ln -s copied linked
chcon -R -t var_log_t /srv/old
cd /srv/right/www && for name in copied line target; do echo a=1 >$name; done; ln -s target linked; mkdir tree && echo x >tree/f
restorecon -R /srv/right
cd /tmp && rm -rf pack && mkdir -p pack/conf && echo 1 >pack/version && echo x >pack/conf/app && ln -s version pack/link
tar -czf pack.tar.gz pack && echo moved >moved && chcon -t user_tmp_t moved pack.tar.gz
useradd --create-home owner 2>/dev/null; :`

const newFiles = playbookText({
  name: 'new files',
  tasks: ({ vars }) => [
    directory({ path: '/srv/lab/www/with/parents', owner: 'ops' }),
    copyFile({ dest: '/etc/ssh/ssh_host_lab_key', content: 'x\n', mode: '0600' }),
    copyFile({ dest: '/etc/cron.d/lab', content: '# nothing\n' }),
    copyFile({ dest: '/srv/lab/www/owned', content: 'x\n', owner: 'ops', group: 'ops' }),
    copyFile({ src: 'files/big', dest: '/srv/lab/www/big' }),
    copyFile({ src: '/tmp/moved', remoteSrc: true, dest: '/srv/lab/www/moved' }),
    template({ src: 'page.j2', dest: '/srv/lab/www/template' }),
    line({ path: '/srv/lab/www/line', line: 'x', create: true }),
    textBlock({ path: '/srv/lab/www/block', block: 'x', create: true }),
    properties({ path: '/srv/lab/www/properties', set: { a: 1 }, create: true }),
    iniFile({ path: '/srv/lab/www/ini', section: 's', option: 'a', value: '1' }),
    keyValueFile({ path: '/srv/lab/www/keys', set: { A: 1 }, create: true }),
    link({ path: '/srv/lab/www/link', target: 'big' }),
    file({ path: '/srv/lab/www/touched', state: 'touch' }),
    file({ path: '/srv/lab/www/soft', state: 'link', src: 'big' }),
    file({ path: '/srv/lab/www/hard', state: 'hard', src: '/srv/lab/www/big' }),
    file({ path: '/srv/lab/www/folder', state: 'directory' }),
    download({
      url: `${vars.server}/file`,
      dest: '/srv/lab/www/download',
      checksum: `sha256:${vars.sum}`,
      via: 'controller',
    }),
    unarchive({ src: '/tmp/pack.tar.gz', dest: '/srv/lab/www/pack', stripComponents: 1 }),
    unarchive({ src: '/tmp/pack.tar.gz', dest: '/srv/lab/www/owned-pack', owner: 'ops', group: 'ops' }),
    copyDirectory({ src: 'files/tree', dest: '/srv/lab/www/tree' }),
    systemdUnit({ name: 'lab', content: '[Service]\nExecStart=/bin/true\n' }),
    systemdUnit({ name: 'lab', dropIn: 'nice', content: '[Service]\nNice=5\n' }),
    user({ name: 'somebody', home: '/home/somebody', createHome: true }),
    ownership({ path: '/srv/lab/www/tree', owner: 'ops', mode: 'u=rwX,go=rX' }),
    copyFile({ dest: '/home/owner/own', content: 'x\n', owner: 'owner' }),
    copyFile({ dest: '/home/owner/as-owner', content: 'x\n' }, { become: 'owner' }),
    directory({ path: '/home/owner/.ssh', owner: 'owner', mode: '0700' }),
    copyFile({ dest: '/home/owner/.ssh/authorized_keys', content: 'x\n', owner: 'owner', mode: '0600' }),
  ],
})

const oldFiles = playbookText({
  name: 'old files',
  tasks: ({ vars }) => [
    copyFile({ dest: '/srv/old/copied', content: 'new\n' }),
    copyFile({ dest: '/srv/old/linked', content: 'newer\n', follow: true }),
    copyFile({ src: 'files/big', dest: '/srv/old/uploaded' }),
    copyFile({ dest: '/srv/old/kept', content: 'new\n', keep: '/srv/old/kept_origin' }),
    copyFile({ dest: '/srv/old/backed', content: 'new\n', backup: true }),
    template({ src: 'page.j2', dest: '/srv/old/template' }),
    line({ path: '/srv/old/line', line: 'x' }),
    textBlock({ path: '/srv/old/block', block: 'x' }),
    replace({ path: '/srv/old/replaced', pattern: 'a=1', replacement: 'a=2' }),
    properties({ path: '/srv/old/properties', set: { a: 2 } }),
    iniFile({ path: '/srv/old/ini', section: 's', option: 'a', value: '2' }),
    keyValueFile({ path: '/srv/old/keys', set: { A: 1 } }),
    editJson({ path: '/srv/old/json', edits: [{ set: '/a', value: 2 }] }),
    editYaml({ path: '/srv/old/yaml', edits: [{ set: '/a', value: 2 }] }),
    editXml({ path: '/srv/old/xml', edits: [{ set: '/a', attributes: { b: 1 } }] }),
    download({
      url: `${vars.server}/file`,
      dest: '/srv/old/downloaded',
      checksum: `sha256:${vars.sum}`,
      via: 'controller',
    }),
    copyDirectory({ src: 'files/tree', dest: '/srv/old/www' }),
    unarchive({ src: '/tmp/pack.tar.gz', dest: '/srv/old/unpacked', stripComponents: 1 }),
    hostsFile({ path: '/srv/old/hosts', set: { '10.9.9.9': ['nine'] } }),
    sshdConfig({ path: '/srv/old/sshd', set: { Port: 22, MaxAuthTries: 4 } }),
    editHttpdConf({ path: '/srv/old/httpd', edits: [{ set: 'Listen', args: [81], key: 0 }] }),
    pamLimits({ domain: 'ops', limitType: '-', limitItem: 'nofile', value: 4096, dest: '/srv/old/limits' }),
    cron({ name: 'job', job: '/bin/true', cronFile: '/srv/old/jobs' }),
    copyFile({ dest: '/srv/right/www/copied', content: 'new\n' }),
    copyFile({ dest: '/srv/right/www/linked', content: 'new\n', follow: true }),
    line({ path: '/srv/right/www/line', line: 'x' }),
    ownership({ path: '/srv/right/www/tree', owner: 'ops', mode: 'u=rwX,go=' }),
    link({ path: '/srv/right/www/copied2', target: 'copied' }),
    remove({ path: '/srv/right/www/tree', recursive: true }),
  ],
})

let inventory: string

test('the host enforces, and its policy is loaded', async () => {
  assert.is((await site.root('getenforce')).trim(), 'Enforcing')
  await site.denials()
  const server = createServer((_, response) => response.end('downloaded\n')).listen(0, '127.0.0.1')
  server.unref()
  await new Promise((resolve) => server.on('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sum = createHash('sha256').update('downloaded\n').digest('hex')
  inventory = site.inventory('inventory', { [guestName]: { ansible_user: 'ops', server: url, sum } })
  site.write('files/big', big)
  site.write('files/tree/page', 'the page\n')
  site.write('files/tree/sub/page', 'another page\n')
  site.write('templates/page.j2', '{{ inventory_hostname }}\n')
  await site.root(setup)
})

test('files that are new get the context that the policy has for their paths', async () => {
  const playbook = site.write('new.ts', newFiles)
  const ran = await site.run(playbook, '-i', inventory)
  assert.equal(failuresOf(ran), [])
  assert.is(
    await site.root(
      'restorecon -nvR /srv/lab /srv/right /etc/ssh /etc/cron.d /etc/systemd/system /home/owner /home/somebody 2>&1',
    ),
    '',
  )
  assert.match(await site.root('ls -Z /srv/lab/www/moved'), /httpd_sys_content_t/)
  assert.match(await site.root('ls -Z /etc/ssh/ssh_host_lab_key'), /sshd_key_t/)
  assert.equal(failuresOf(await site.run(playbook, '-i', inventory), ['ok']), [])
})

test('files that are there keep the context that they have, be it right or wrong', async () => {
  const ran = await site.run(site.write('old.ts', oldFiles), '-i', inventory)
  assert.equal(failuresOf(ran), [])
  const types = await site.root("find /srv/old -type f ! -name .keep -printf '%P %Z\\n'")
  const others = types
    .split('\n')
    .filter((each) => each && !each.includes(':var_log_t:'))
    .map((each) => each.split(' ')[0])
    .sort()
  assert.equal(others, [], 'files of another type')
  assert.is(await site.root('restorecon -nvR /srv/right 2>&1'), '')
})

test('none of it was denied', async () => {
  assert.equal((await site.denials()).filter(isOfLogin), [])
  site.remove()
})

/** Tasks that ended otherwise than they should, with their errors. */
function failuresOf(ran: Ran, allowed: readonly string[] = ['ok', 'changed']): string[] {
  const ends = ran.lines.filter((each) => each.event === 'taskEnd')
  const wrong = ends.filter(({ status }) => !allowed.includes(status!))
  const texts = wrong.map(({ task, status, error, changes }) =>
    [task, status, error?.message, ...(error?.details ?? []), JSON.stringify(changes ?? [])].join(' | '),
  )
  return ends.length === 0 ? [ran.stdout + ran.stderr] : texts
}

test.run()
