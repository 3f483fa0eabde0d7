// Tests that files made by tasks get the context that the policy has for their paths.

import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  aptRepository,
  archive,
  buildFromSource,
  copyDirectory,
  copyFile,
  directory,
  download,
  file,
  git,
  iniFile,
  keyValueFile,
  line,
  link,
  ownership,
  properties,
  systemdUnit,
  template,
  textBlock,
  unarchive,
  user,
  yumRepository,
} from '../../tasks/index.ts'
import { playbookText } from '../endToEnd/labSite.ts'
import { failuresOf, setUpSources } from './fileSources.ts'
import { guestSite, testDenials } from './guestSite.ts'

const site = guestSite()

/**
 * New files below /srv/NAME/www get a type of their own, and so do some names of /etc: nothing there is right by
 * inheriting the type of the folder.
 */
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
    unarchive({ src: '/srv/served/pack.zip', dest: '/srv/lab/www/zip' }),
    unarchive({ src: 'files/pack.tar.gz', remoteSrc: false, dest: '/srv/lab/www/brought' }),
    unarchive({
      src: `${vars.onHost}/pack.tar.gz`,
      checksum: `sha256:${vars.packSum}`,
      dest: '/srv/lab/www/fetched',
    }),
    download({
      url: `${vars.onHost}/pack.tar.gz`,
      checksum: `sha256:${vars.packSum}`,
      dest: '/srv/lab/www/fetched.tar.gz',
    }),
    archive({ path: '/srv/lab/www/tree', dest: '/srv/lab/www/tree.tar.gz' }),
    archive({ path: '/srv/lab/www/pack', dest: '/srv/lab/www/pack2.zip' }),
    git({ repo: '/srv/repo', dest: '/srv/lab/www/clone', version: 'v1' }),
    git({ repo: '/srv/repo', dest: '/srv/lab/www/clone.git', bare: true }),
    buildFromSource({
      ...{
        name: 'tool',
        version: '1',
        urls: [`${vars.onHost}/tool.tar.gz`],
        checksum: `sha256:${vars.toolSum}`,
      },
      ...{ prefix: '/srv/lab/www/tool', configureCommand: false, environment: { INTO: '/srv/lab/www/tool' } },
    }),
    buildFromSource({
      ...{
        name: 'part',
        version: '1',
        urls: [`${vars.onHost}/tool.tar.gz`],
        checksum: `sha256:${vars.toolSum}`,
      },
      ...{
        prefix: '/srv/lab/www/folder',
        configureCommand: false,
        environment: { INTO: '/srv/lab/www/folder' },
        installs: ['bin/tool'],
      },
    }),
    aptRepository({
      name: 'lab',
      uris: 'http://127.0.0.1:8099/',
      suites: './',
      trusted: true,
      updateCache: false,
    }),
    yumRepository({ name: 'lab', baseurl: 'http://127.0.0.1:8099/' }),
    copyFile({ dest: '/home/owner/own', content: 'x\n', owner: 'owner' }),
    copyFile({ dest: '/home/owner/as-owner', content: 'x\n' }, { become: 'owner' }),
    directory({ path: '/home/owner/.ssh', owner: 'owner', mode: '0700' }),
    copyFile({ dest: '/home/owner/.ssh/authorized_keys', content: 'x\n', owner: 'owner', mode: '0600' }),
  ],
})

let inventory: string

test('the host enforces, and its policy is loaded', async () => {
  assert.is((await site.root('getenforce')).trim(), 'Enforcing')
  inventory = await setUpSources(site, 'mkdir -p /srv/lab /etc/yum.repos.d')
})

test('files that are new get the context that the policy has for their paths', async () => {
  const playbook = site.write('new.ts', newFiles)
  const ran = await site.run(playbook, '-i', inventory)
  assert.equal(failuresOf(ran), [])
  const places =
    '/srv/lab /etc/ssh /etc/cron.d /etc/systemd/system /etc/apt /etc/yum.repos.d /home/owner /home/somebody'
  assert.is(await site.root(`restorecon -nvR ${places} 2>&1`), '')
  assert.match(await site.root('ls -Z /srv/lab/www/moved'), /httpd_sys_content_t/)
  assert.match(await site.root('ls -Z /etc/ssh/ssh_host_lab_key'), /sshd_key_t/)
  assert.equal(failuresOf(await site.run(playbook, '-i', inventory), ['ok']), [])
})

testDenials(site)

test.run()
