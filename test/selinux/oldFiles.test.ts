// Tests that existing files keep their context when tasks write them, right or wrong.

import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  archive,
  authorizedKey,
  copyDirectory,
  copyFile,
  cron,
  download,
  editHttpdConf,
  editJson,
  editXml,
  editYaml,
  file,
  git,
  hostsFile,
  iniFile,
  keyValueFile,
  knownHosts,
  line,
  link,
  mount,
  ownership,
  pamLimits,
  properties,
  remove,
  replace,
  sshdConfig,
  sudoers,
  sysctl,
  template,
  textBlock,
  unarchive,
} from '../../tasks/index.ts'
import { playbookText } from '../endToEnd/labSite.ts'
import { failuresOf, setUpSources } from './fileSources.ts'
import { guestSite, testDenials } from './guestSite.ts'

const site = guestSite()

/** In /srv/old each file is wrong, and stays so; /srv/right is right, and stays so. Links lead to files of each. */
const setup = `mkdir -p /srv/old /srv/right/www /srv/old/www/sub
cd /srv/old && for name in copied line block replaced properties ini keys json yaml xml template uploaded kept backed downloaded downloaded2 hosts sshd httpd limits jobs packed.tar.gz removed touched sysctl authorized known fstab; do echo a=1 >$name; done
echo '{ "a": 1 }' >json; echo 'a: 1' >yaml; echo '<a/>' >xml; printf '[s]\\na=1\\n' >ini
echo '127.0.0.1 localhost' >hosts; echo 'Port 22' >sshd; echo 'Listen 80' >httpd; : >limits; : >jobs; : >fstab; : >authorized; : >known
mkdir -p unpacked/conf fetched/conf sudoers owned/sub && echo 0 | tee unpacked/version unpacked/conf/app fetched/version owned/sub/file >fetched/conf/app
echo '# nothing' >sudoers/old; chmod 440 sudoers/old
echo old >www/page; echo old >www/sub/page; ln -s copied linked; ln -s line relinked
git clone -q -b v1 /srv/repo clone
chcon -hR -t var_log_t /srv/old
cd /srv/right/www && for name in copied line target; do echo a=1 >$name; done; ln -s target linked; mkdir tree && echo x >tree/f
for name in line template replaced; do echo a=1 >$name-target; ln -s $name-target $name-link; done
restorecon -R /srv/right`

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
    archive({ path: '/srv/old/unpacked/conf', dest: '/srv/old/packed.tar.gz' }),
    archive({ path: '/srv/old/removed', dest: '/srv/right/www/removed.gz', remove: true }),
    unarchive({
      src: `${vars.onHost}/pack.tar.gz`,
      checksum: `sha256:${vars.packSum}`,
      dest: '/srv/old/fetched',
      stripComponents: 1,
    }),
    download({
      url: `${vars.onHost}/pack.tar.gz`,
      checksum: `sha256:${vars.packSum}`,
      dest: '/srv/old/downloaded2',
    }),
    git({ repo: '/srv/repo', dest: '/srv/old/clone', version: 'v2' }),
    file({ path: '/srv/old/touched', state: 'touch', mode: '0640' }),
    ownership({ path: '/srv/old/owned', owner: 'ops', mode: 'u=rwX,g=rX,o=' }),
    link({ path: '/srv/old/relinked', target: 'copied' }),
    sysctl({ set: { 'net.ipv4.ip_default_ttl': 64 }, sysctlFile: '/srv/old/sysctl' }),
    authorizedKey({ user: 'root', key: vars.key!, path: '/srv/old/authorized' }),
    knownHosts({ name: 'old.example.org', key: `old.example.org ${vars.key}`, path: '/srv/old/known' }),
    mount({ path: '/mnt/old', src: 'tmpfs', fstype: 'tmpfs', state: 'present', fstab: '/srv/old/fstab' }),
    sudoers({ name: 'old', user: 'ops', commands: '/usr/bin/id', sudoersPath: '/srv/old/sudoers' }),
    line({ path: '/srv/right/www/line-link', line: 'y' }),
    replace({ path: '/srv/right/www/line-link', pattern: 'y', replacement: 'z' }),
    template({ src: 'page.j2', dest: '/srv/right/www/template-link', follow: true }),
    copyFile({ dest: '/srv/right/www/replaced-link', content: 'its own\n', follow: false }),
    copyFile({ dest: '/srv/right/www/copied', content: 'new\n' }),
    copyFile({ dest: '/srv/right/www/linked', content: 'new\n', follow: true }),
    line({ path: '/srv/right/www/line', line: 'x' }),
    ownership({ path: '/srv/right/www/tree', owner: 'ops', mode: 'u=rwX,go=' }),
    link({ path: '/srv/right/www/copied2', target: 'copied' }),
    remove({ path: '/srv/right/www/tree', recursive: true }),
  ],
})

let inventory: string

test('the host has files, and archives to unpack over them', async () => {
  inventory = await setUpSources(site, setup)
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
  assert.is(
    await site.root(
      "cd /srv/right/www && stat -c '%N' line-link template-link && stat -c '%F' replaced-link",
    ),
    "'line-link' -> 'line-target'\n'template-link' -> 'template-target'\nregular file\n",
  )
})

testDenials(site)

test.run()
