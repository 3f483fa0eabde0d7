// Cases of every task on real hosts, and commands that show their effect.

import type { TaskList } from '../../src/index.ts'
import { look, secret, sh, stdout } from '../../src/index.ts'
import {
  ansibleModule,
  ansiblePlaybook,
  archive,
  assert,
  authorizedKey,
  command,
  copyDirectory,
  copyFile,
  cron,
  debug,
  directory,
  dnf,
  download,
  editHttpdConf,
  editJson,
  editXml,
  editYaml,
  fail,
  fetch,
  file,
  firewallForwardPort,
  firewallMasquerade,
  firewallPort,
  firewallRichRule,
  firewallService,
  firewallSource,
  firewallZone,
  git,
  group,
  hostname,
  hostsFile,
  httpCheck,
  iniFile,
  kernelModule,
  keyValueFile,
  knownHosts,
  line,
  link,
  mount,
  ownership,
  packages,
  pamLimits,
  pause,
  properties,
  reboot,
  remove,
  replace,
  rpmKey,
  service,
  shell,
  sshdConfig,
  sudoers,
  sysctl,
  systemdUnit,
  template,
  textBlock,
  timezone,
  unarchive,
  uri,
  user,
  waitFor,
  yumRepository,
} from '../../tasks/index.ts'
import { patchCatalinaSh } from '../../tasks/tomcat/index.ts'
import type { TestHost } from './labSite.ts'

/** Rows that one playbook has as its plays. */
export type Topic = { readonly name: string; readonly rows: readonly TaskRow[] }

export type TaskRow = {
  readonly title: string
  /** Shell text that root runs on the host first. */
  readonly setup?: string
  /** Its text goes into a playbook: it may use names of the library and its tasks alone. */
  readonly tasks: (host: TestHost) => TaskList
  /** Titles of tasks that change something in every run. */
  readonly always?: readonly string[]
  /** Shell text for root, and what it then prints. */
  readonly shows?: readonly [script: string, output: string]
  /** Text that no output may hold. */
  readonly hides?: string
}

/** A plugin of dnf that prints what subscription-manager prints where a host is not registered, and writes to stderr. */
const talkingPlugin = `import logging, sys
import dnf
logger = logging.getLogger('dnf.plugin')
class Talk(dnf.Plugin):
    name = 'talk'
    def __init__(self, base, cli):
        super(Talk, self).__init__(base, cli)
        logger.info('Updating Subscription Management repositories.')
        logger.info('Unable to read consumer identity')
        logger.info('\\nThis system is not registered with an entitlement server. You can use subscription-manager to register.\\n')
        print('Printed by a plugin: package.noarch 1.0-1 lab')
        print('Written by a plugin.', file=sys.stderr)
`

/**
 * Rows work below /srv/t, and take files from `files/` beside the playbook or /srv/files on the host. Their setups run
 * before any of a topic's rows.
 */
export const topics: readonly Topic[] = [
  {
    name: 'packages',
    rows: [
      {
        title: 'dnf installs in one transaction what other packages provide and files that packages hold',
        tasks: () => [dnf({ name: ['vim', 'make', '/usr/bin/cpp'] })],
        shows: [
          'rpm -q vim-enhanced make gcc; vim',
          'vim-enhanced-8.2.2637-1.noarch\nmake-4.3-1.noarch\ngcc-11.5.0-1.noarch\nVIM - Vi IMproved 8.2 (a stand-in of the lab)\n',
        ],
      },
      {
        title: 'packages takes dnf and the name for its family',
        tasks: () => [packages({ name: { debian: [], redhat: 'libtool' }, use: 'dnf' })],
        shows: ['rpm -q libtool', 'libtool-2.4.6-1.noarch\n'],
      },
      {
        title: 'dnf installs a group and a module, and removes what nothing needs any more',
        setup:
          'dnf -y -q install java-17-openjdk && rpm -e java-17-openjdk && dnf -q mark remove java-17-openjdk-headless',
        tasks: () => [dnf({ autoremove: true }), dnf({ name: ['@lab-tools', '@lab-node:18'] })],
        shows: [
          'rpm -q bzip2 lab-node java-17-openjdk-headless',
          'bzip2-1.0.8-1.noarch\nlab-node-18.0-1.noarch\npackage java-17-openjdk-headless is not installed\n',
        ],
      },
      {
        title: 'dnf takes profiles of modules, also where dnf.conf hides tables and plugins print lines',
        setup: `printf 'color=always\\ndebuglevel=0\\nassumeyes=1\\nbest=True\\nexclude=never-there\\n' >>/etc/dnf/dnf.conf
folder=/usr/lib/python3/dist-packages/dnf-plugins
mkdir -p $folder
cat >$folder/talk.py <<'END'
${talkingPlugin}END
:`,
        tasks: () => [
          dnf({ name: ['@lab-db:15/server', 'libtool'] }),
          dnf({ name: 'lab-db15', state: 'latest' }),
        ],
        shows: [
          'rpm -q lab-db15-server; sed -n "s/^stream=//p; s/^profiles=//p" /etc/dnf/modules.d/lab-db.module',
          'lab-db15-server-15.4-1.noarch\n15\nserver\n',
        ],
      },
      {
        title: 'yumRepository adds a repository, from which dnf installs, and removes a section',
        setup:
          "printf '[gone]\\nname=gone\\nbaseurl=http://gone.invalid/\\nenabled=0\\n\\n[stays]\\nname=stays\\nbaseurl=http://stays.invalid/\\nenabled=0\\n' >/etc/yum.repos.d/some.repo",
        tasks: (host) => [
          yumRepository({ name: 'gone', file: 'some', state: 'absent' }),
          yumRepository({
            name: 'second',
            baseurl: `${host.vars.mirror}/packages`,
            gpgcheck: false,
            cost: 1,
          }),
          dnf({ name: 'expat-devel', enablerepo: 'second', disablerepo: '*' }),
        ],
        shows: [
          'cat /etc/yum.repos.d/some.repo; stat -c %a /etc/yum.repos.d/second.repo; rpm -q expat-devel',
          '[stays]\nname=stays\nbaseurl=http://stays.invalid/\nenabled=0\n644\nexpat-devel-2.5.0-1.noarch\n',
        ],
      },
      {
        title: 'rpmKey trusts a key, and removes it',
        tasks: ({ vars }) => [
          rpmKey({
            key: vars.public_key!,
            fingerprint: 'B889 0334 D972 A6D8 6423 5D4D 99AC 4D09 B1A8 3F00',
          }),
        ],
        shows: ["rpm -q gpg-pubkey --qf '%{VERSION}\\n'", 'b1a83f00\n'],
      },
      {
        title: 'dnf removes packages, and what came along with them',
        setup: 'dnf -y -q install httpd autoconf',
        tasks: () => [dnf({ name: ['httpd', 'autoconf', 'never-installed'], state: 'absent' })],
        shows: [
          'rpm -q httpd autoconf httpd-core',
          'package httpd is not installed\npackage autoconf is not installed\npackage httpd-core is not installed\n',
        ],
      },
      {
        title:
          'dnf installs .rpm files of the host and of a URL, brings an old version up to date, and goes back',
        setup: `cd /srv/t && for package in oldwget-1.0 wget-1.0 newer-1.0 newer-2.0; do
  printf 'Name: %s\\nVersion: %s\\nRelease: 1\\nSummary: old\\nLicense: MIT\\nBuildArch: noarch\\n%%description\\nold\\n%%files\\n' \${package%-*} \${package#*-} >spec
  rpmbuild --quiet --define "_topdir $PWD/build" -bb spec
done; rpm -U --force build/RPMS/noarch/wget-1.0-1.noarch.rpm build/RPMS/noarch/newer-2.0-1.noarch.rpm`,
        tasks: ({ vars }) => [
          dnf({ name: '/srv/t/build/RPMS/noarch/oldwget-1.0-1.noarch.rpm' }),
          dnf({ name: `${vars.mirror}/packages/Packages/noarch/apr-devel-1.7.0-1.noarch.rpm` }),
          dnf({ name: '/srv/t/build/RPMS/noarch/newer-1.0-1.noarch.rpm', allowDowngrade: true }),
          dnf({ name: ['wget', 'libtool'], state: 'latest', updateCache: true }),
        ],
        shows: [
          'rpm -q oldwget wget libtool newer apr-devel',
          'oldwget-1.0-1.noarch\nwget-1.21.1-1.noarch\nlibtool-2.4.6-1.noarch\nnewer-1.0-1.noarch\napr-devel-1.7.0-1.noarch\n',
        ],
      },
    ],
  },
  {
    name: 'accounts',
    rows: [
      {
        title: 'group makes groups, with a number, of the system, and removes them',
        setup: 'groupadd -g 4711 moved; groupadd -g 4720 gone',
        tasks: () => [
          group({ name: 'staff1', gid: 4801 }),
          group({ name: 'moved', gid: 4712 }),
          group({ name: 'daemons', system: true }),
          group({ name: 'gone', state: 'absent' }),
        ],
        shows: [
          'getent group staff1 moved gone; [ "$(getent group daemons | cut -d: -f3)" -lt 1000 ] && echo system',
          'staff1:x:4801:\nmoved:x:4712:\nsystem\n',
        ],
      },
      {
        title: 'user makes accounts with number, groups, shell, home and a password that is shown nowhere',
        tasks: () => [
          group({ name: 'readers' }),
          user({
            name: 'anna',
            uid: 4901,
            groups: ['readers', 'adm'],
            shell: '/bin/bash',
            home: '/srv/t/anna',
            comment: 'Anna Müller',
            password: secret(`$6$saltsalt$${'x'.repeat(86)}`),
          }),
          user({ name: 'robot', system: true, shell: '/usr/sbin/nologin' }),
        ],
        shows: [
          'getent passwd anna; id -Gn anna; stat -c "%U %F" /srv/t/anna; getent shadow anna | cut -c1-20; getent passwd robot | cut -d: -f7; [ -d /home/robot ] || echo homeless',
          'anna:x:4901:4901:Anna Müller:/srv/t/anna:/bin/bash\nanna adm readers\nanna directory\nanna:$6$saltsalt$xxx\n/usr/sbin/nologin\nhomeless\n',
        ],
        hides: 'x'.repeat(20),
      },
      {
        title: 'user changes what differs of an account, and removes one with its home directory',
        setup: 'groupadd only; useradd -m -s /bin/sh -G adm,cdrom berta; useradd -m gone1; useradd -M bare',
        tasks: () => [
          user({ name: 'berta', shell: '/bin/bash', groups: ['only'], append: false, comment: 'Berta' }),
          user({ name: 'bare', createHome: true }),
          user({
            ...{ name: 'casual', expires: '2027-01-31', passwordLock: true, passwordExpireMax: 90 },
            ...{ generateSshKey: true, sshKeyType: 'ed25519', sshKeyPassphrase: secret('casual words') },
          }),
          user({ name: 'gone1', state: 'absent', remove: true }),
        ],
        shows: [
          'getent passwd berta | cut -d: -f5-; id -Gn berta; stat -c "%U %a" /home/bare; id gone1 2>&1; ls -d /home/gone1 2>&1; getent shadow casual | cut -d: -f5,8; stat -c "%U %a" /home/casual/.ssh/id_ed25519',
          "Berta:/home/berta:/bin/bash\nberta only\nbare 700\nid: ‘gone1’: no such user\nls: cannot access '/home/gone1': No such file or directory\n90:20849\ncasual 600\n",
        ],
      },
    ],
  },
  {
    name: 'files',
    rows: [
      {
        title:
          'directory makes folders with those above them, and gives one that is there another owner and mode',
        setup: 'mkdir -m 700 /srv/t/there; mkdir -m 2775 /srv/t/setgid; ln -s there /srv/t/leading',
        tasks: () => [
          directory({ path: '/srv/t/new/with/parents', owner: 'ops', group: 'adm', mode: '2750' }),
          directory({ path: '/srv/t/there', owner: 'deploy', mode: '0755' }),
          directory({ path: '/srv/t/setgid/inner', mode: '0711' }),
          directory({ path: '/srv/t/leading' }),
        ],
        shows: [
          "cd /srv/t && stat -c '%n %U:%G %a' new new/with/parents there setgid/inner && readlink leading",
          'new root:root 755\nnew/with/parents ops:adm 2750\nthere deploy:root 755\nsetgid/inner root:root 711\nthere\n',
        ],
      },
      {
        title: 'copyFile writes texts, empty files and bytes, and keeps the first original',
        setup:
          "printf 'the stock\\n' >/srv/t/kept.conf; chown deploy:adm /srv/t/kept.conf; chmod 640 /srv/t/kept.conf",
        tasks: () => [
          copyFile({
            dest: '/srv/t/kept.conf',
            content: '한국어 ✓ $HOME `id`\n',
            keep: '/srv/t/kept.conf_origin',
          }),
          copyFile({ dest: '/srv/t/empty', content: '', mode: '0600' }),
          copyFile({
            dest: '/srv/t/bytes',
            content: Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
          }),
          copyFile({ dest: '/srv/t/no line end', content: "it's\\n" }),
        ],
        shows: [
          `cd /srv/t && cat kept.conf kept.conf_origin && stat -c '%n %U:%G %a %s' kept.conf empty bytes && md5sum <bytes && cat 'no line end'`,
          "한국어 ✓ $HOME `id`\nthe stock\nkept.conf deploy:adm 640 25\nempty root:root 600 0\nbytes root:root 644 256\ne2c865db4162bed963bfaa9ef6ac18f0  -\nit's\\n",
        ],
      },
      {
        title: 'copyFile brings files of the controller of any size, and their modes',
        setup: 'echo old >/srv/t/blob',
        tasks: () => [
          copyFile({ src: 'files/blob', dest: '/srv/t/blob', owner: 'deploy', keep: '/srv/t/blob_origin' }),
          copyFile({ src: 'files/program', dest: '/srv/t/program', mode: 'preserve', validate: 'sh -n {}' }),
          copyFile({ src: 'files/long.txt', dest: '/srv/t/long.txt' }),
          copyFile({ dest: '/srv/t/long2.txt', content: 'a line of twenty byte\n'.repeat(20_000) }),
        ],
        shows: [
          `cd /srv/t && stat -c '%n %U %a %s' blob program long.txt long2.txt && cat blob_origin && sha256sum <blob && ./program`,
          'blob deploy 644 3000000\nprogram root 750 26\nlong.txt root 644 400000\nlong2.txt root 644 440000\nold\n{blob}  -\nit runs\n',
        ],
      },
      {
        title: 'copyDirectory brings a tree in one stream, keeps what a file had, and purges the rest',
        setup:
          'mkdir -p /srv/t/copied/sub /srv/t/copied/data && cd /srv/t/copied && echo old >sub/page && chown deploy:adm sub/page && chmod 640 sub/page && touch stale data/row',
        tasks: () => [
          dnf({ name: 'tar' }),
          copyDirectory({
            src: 'files/tree',
            dest: '/srv/t/copied',
            dirMode: '0750',
            exclude: ['data', '*.keep'],
            purge: true,
          }),
        ],
        shows: [
          `cd /srv/t/copied && find . ! -name . -printf '%P %u:%g %m %l\\n' | sort && cat sub/page && ./run`,
          'data root:root 755 \ndata/row root:root 644 \nhere root:root 777 sub/page\nrun root:root 755 \nsub root:root 750 \nsub/page deploy:adm 640 \nthe page\nit runs\n',
        ],
      },
      {
        title: 'git clones at a tag and at a branch, as the owner of the folder, and a bare repository',
        setup:
          'cd /srv/t && export HOME=/srv/t && git config --global user.email a@b && git config --global user.name t && git init -q -b main repo && cd repo && echo one >a && git add a && git commit -qm first && git tag v1 && echo two >a && git commit -qam second && install -d -o deploy -m 750 /srv/t/site && chmod -R go+rX . && git clone -q . /srv/t/behind && git -C /srv/t/behind reset -q --hard v1 && git clone -q --bare . /srv/t/theirs && chown -R deploy /srv/t/theirs',
        tasks: () => [
          git({
            repo: 'file:///srv/t/repo',
            dest: '/srv/t/made/app',
            version: 'v1',
            depth: 1,
            umask: '0027',
          }),
          git({ repo: '/srv/t/theirs', dest: '/srv/t/site', version: 'main' }, { become: 'deploy' }),
          git({ repo: '/srv/t/repo', dest: '/srv/t/behind' }),
          git({ repo: '/srv/t/repo', dest: '/srv/t/mirror', bare: true }),
        ],
        shows: [
          "cd /srv/t && cat made/app/a site/a behind/a && stat -c '%n %U %a' made/app/a site site/a && git -C mirror log --format=%s main",
          'one\ntwo\ntwo\nmade/app/a root 640\nsite deploy 750\nsite/a deploy 644\nsecond\nfirst\n',
        ],
      },
      {
        title: 'template writes what Ansible would, with facts and a secret',
        tasks: () => [
          template({
            src: 'site.j2',
            dest: '/srv/t/site.conf',
            vars: { peers: ['a', 'b'], password: secret('hunter2-in-template') },
            owner: 'deploy',
            mode: '0640',
            validate: 'grep -q hunter2 {}',
          }),
        ],
        shows: [
          "cd /srv/t && cat site.conf && stat -c '%U %a' site.conf",
          'True 5.0\n- a\n- b\npassword=hunter2-in-template\ndeploy 640\n',
        ],
      },
      {
        title: 'copyFile writes the target of a link, or takes its place',
        setup: 'cd /srv/t && echo one >target && ln -s target followed && ln -s target replaced',
        tasks: () => [
          copyFile({ dest: '/srv/t/followed', content: 'new\n', follow: true }),
          copyFile({ dest: '/srv/t/replaced', content: 'own\n' }),
        ],
        shows: [
          'cd /srv/t && cat target replaced; stat -c %F followed replaced',
          'new\nown\nsymbolic link\nregular file\n',
        ],
      },
      {
        title: 'secrets are written by copyFile, line, textBlock and properties, and shown by none',
        setup:
          "cd /srv/t && printf 'user=x\\npassword=old-hunter2\\n' >secret.line; echo '# none' >secret.block; echo 'a=1' >secret.properties",
        tasks: () => [
          copyFile({ dest: '/srv/t/secret', content: secret('hunter2-in-file\n'), mode: '0600' }),
          line({ path: '/srv/t/secret.line', match: '^password=', line: secret('password=hunter2-in-line') }),
          textBlock({ path: '/srv/t/secret.block', block: secret('token hunter2-in-block') }),
          properties({
            path: '/srv/t/secret.properties',
            set: { 'db.password': secret('hunter2-in-properties') },
          }),
          command({
            argv: ['tee', '/srv/t/secret.stdin'],
            stdin: secret('hunter2-in-stdin\n'),
            creates: '/srv/t/secret.stdin',
          }),
          shell(
            {
              script: 'printf "%s\\n" "$TOKEN" >/srv/t/secret.environment',
              creates: '/srv/t/secret.environment',
            },
            { environment: { TOKEN: secret('hunter2-in-environment') } },
          ),
        ],
        shows: [
          'cd /srv/t && cat secret secret.line secret.block secret.properties secret.stdin secret.environment; stat -c %a secret',
          'hunter2-in-file\nuser=x\npassword=hunter2-in-line\n# none\n# BEGIN managed block\ntoken hunter2-in-block\n# END managed block\na=1\ndb.password=hunter2-in-properties\nhunter2-in-stdin\nhunter2-in-environment\n600\n',
        ],
        hides: 'hunter2-in',
      },
      {
        title: 'link makes links, leads one elsewhere, and takes the place of a file when told to',
        setup: 'cd /srv/t && mkdir -p r/1 r/2 && ln -s r/1 current && echo file >in-the-way',
        tasks: () => [
          link({ path: '/srv/t/current', target: 'r/2' }),
          link({ path: '/srv/t/nowhere', target: '/srv/t/not there', force: true }),
          link({ path: '/srv/t/in-the-way', target: 'r/1', force: true }),
        ],
        shows: ['cd /srv/t && readlink current nowhere in-the-way; ls r/1', 'r/2\n/srv/t/not there\nr/1\n'],
      },
      {
        title: 'file sets attributes, makes a tree, links and empty files, and removes',
        setup:
          'cd /srv/t && mkdir -p ft/sub && echo x >ft/sub/run && chmod 777 ft ft/sub/run && echo y >fy && mkdir gone',
        tasks: () => [
          file({ path: '/srv/t/ft', state: 'directory', recurse: true, owner: 'deploy', mode: 'go-w' }),
          file({ path: '/srv/t/fy', mode: 'u=rw,go=' }),
          file({ path: '/srv/t/fz', state: 'touch', mode: '0640', modificationTime: '2001-02-03T04:05:06Z' }),
          file({ path: '/srv/t/fl', state: 'link', src: 'fy' }),
          file({ path: '/srv/t/fh', state: 'hard', src: '/srv/t/fy' }),
          file({ path: '/srv/t/gone', state: 'absent' }),
          file({ path: '/srv/t/never', mode: '0600', onlyIfExists: true }),
        ],
        shows: [
          'cd /srv/t && stat -c "%n %U %a" ft ft/sub/run fy fz && TZ=UTC stat -c %y fz | cut -c 1-19 && stat -c %h fh && readlink fl && ls -d gone never 2>&1 | wc -l',
          'ft deploy 755\nft/sub/run deploy 755\nfy root 600\nfz root 640\n2001-02-03 04:05:06\n2\nfy\n2\n',
        ],
      },
      {
        title: 'fetch brings a file to the controller',
        setup: 'echo fetched >/srv/t/fetched',
        tasks: () => [fetch({ src: '/srv/t/fetched', dest: 'fetched' })],
      },
      {
        title: 'keys that log in to an account, and keys of other hosts',
        setup: 'rm -rf ~deploy/.ssh ~/.ssh/known_hosts',
        tasks: () => [
          authorizedKey({
            user: 'deploy',
            key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H5bPkYB0GQjLrL0h1ZLSr3mIdP6dCwCr3qXwBzL2a eve',
            keyOptions: 'no-pty,from="10.0.0.0/8"',
          }),
          knownHosts({
            name: 'git.example.org',
            key: 'git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H5bPkYB0GQjLrL0h1ZLSr3mIdP6dCwCr3qXwBzL2a',
          }),
        ],
        shows: [
          'cut -c 1-40 ~deploy/.ssh/authorized_keys; stat -c "%U %a" ~deploy/.ssh ~deploy/.ssh/authorized_keys; ssh-keygen -F git.example.org | cut -d " " -f 2 | tail -n 1',
          'no-pty,from="10.0.0.0/8" ssh-ed25519 AAA\ndeploy 700\ndeploy 600\nssh-ed25519\n',
        ],
      },
      {
        title: 'mount mounts now and in fstab, and takes away',
        setup:
          'mkdir -p /srv/t/old && mount -t tmpfs tmpfs /srv/t/old && echo "tmpfs /srv/t/old tmpfs defaults 0 0" >/srv/t/fstab',
        tasks: () => [
          mount({ path: '/srv/t/old', state: 'absent', fstab: '/srv/t/fstab' }),
          mount({
            ...{ path: '/srv/t/mem', src: 'tmpfs', fstype: 'tmpfs', opts: 'nodev,size=1m' },
            ...{ state: 'mounted', fstab: '/srv/t/fstab' },
          }),
        ],
        shows: [
          'cat /srv/t/fstab; findmnt -no FSTYPE /srv/t/mem; findmnt -no FSTYPE /srv/t/old; umount /srv/t/mem',
          'tmpfs /srv/t/mem tmpfs nodev,size=1m 0 0\ntmpfs\n',
        ],
      },
      {
        title: 'jobs of cron.d, rules of sudo, limits, names of hosts',
        setup:
          'cd /srv/t && echo "127.0.0.1 localhost old" >hosts && printf "#Ansible: app\\n@daily root old\\n" >crond',
        tasks: () => [
          cron({ name: 'app', job: '/bin/true', minute: '*/5', cronFile: '/srv/t/crond' }),
          cron({ name: 'MAILTO', job: 'ops', env: true, cronFile: '/srv/t/crond' }),
          sudoers({ name: 'deploy', user: 'deploy', commands: '/usr/bin/id', sudoersPath: '/srv/t' }),
          pamLimits({
            domain: 'deploy',
            limitType: '-',
            limitItem: 'nofile',
            value: 4096,
            dest: '/srv/t/limits',
          }),
          hostsFile({ path: '/srv/t/hosts', set: { '10.9.9.9': ['a.x', 'a'] }, remove: ['old'] }),
        ],
        shows: [
          'cd /srv/t && cat crond deploy limits hosts; stat -c %a deploy',
          'MAILTO="ops"\n#Ansible: app\n*/5 * * * * root /bin/true\ndeploy ALL=NOPASSWD: /usr/bin/id\ndeploy\t-\tnofile\t4096\n127.0.0.1 localhost\n10.9.9.9\ta.x a\n440\n',
        ],
      },
      {
        title: 'parameters and modules of the kernel, the name of the host and its time zone',
        setup: 'mkdir -p /etc/modules-load.d && echo rp_none >/etc/modules-load.d/rp_none.conf',
        tasks: (host) => [
          sysctl({ set: { 'net.ipv4.ip_default_ttl': 66 }, sysctlFile: '/srv/t/sysctl.conf' }),
          kernelModule({ name: 'rp_none', state: 'absent', persistent: 'absent' }),
          hostname({ name: host.name }),
          timezone({ name: 'Asia/Seoul' }),
        ],
        shows: [
          'cat /proc/sys/net/ipv4/ip_default_ttl /srv/t/sysctl.conf; ls /etc/modules-load.d/rp_none.conf 2>&1 | wc -l; readlink /etc/localtime; date +%Z',
          '66\nnet.ipv4.ip_default_ttl = 66\n1\n../usr/share/zoneinfo/Asia/Seoul\nKST\n',
        ],
      },
      {
        title: 'ownership gives a tree owner and modes, links and excluded folders left alone',
        setup:
          'cd /srv/t && mkdir -p tree/bin tree/logs && echo x >tree/bin/run && chmod 700 tree/bin/run && echo x >tree/file && touch tree/logs/log && ln -s /etc/passwd tree/leading',
        tasks: () => [
          ownership({
            path: '/srv/t/tree',
            owner: 'deploy',
            group: 'deploy',
            mode: 'u=rwX,g=rX,o=',
            exclude: ['logs'],
          }),
        ],
        shows: [
          "cd /srv/t/tree && stat -c '%n %U:%G %a' . bin bin/run file logs logs/log && stat -c '%U' leading /etc/passwd",
          '. deploy:deploy 750\nbin deploy:deploy 750\nbin/run deploy:deploy 750\nfile deploy:deploy 640\nlogs root:root 755\nlogs/log root:root 644\ndeploy\nroot\n',
        ],
      },
      {
        title: 'remove takes away files, links but not their targets, and whole folders',
        setup: 'cd /srv/t && mkdir -p heap/deep hollow && touch heap/deep/f single stays && ln -s stays goes',
        tasks: () => [
          remove({ path: '/srv/t/single' }),
          remove({ path: '/srv/t/goes' }),
          remove({ path: '/srv/t/hollow' }),
          remove({ path: '/srv/t/heap', recursive: true }),
          remove({ path: '/srv/t/never' }),
        ],
        shows: ['cd /srv/t && ls -d single goes hollow heap stays 2>/dev/null', 'stays\n'],
      },
    ],
  },
  {
    name: 'texts',
    rows: [
      {
        title: 'line keeps CRLF line ends, Korean and bytes of Latin-1',
        setup: `cd /srv/t && printf 'a = 1\\r\\nb = 2\\r\\n' >crlf && printf '# 설정\\n이름 = 하나' >korean && printf 'caf\\351 = 1\\nb = 2\\n' >latin`,
        tasks: () => [
          line({ path: '/srv/t/crlf', match: '^a ', line: 'a = 3' }),
          line({ path: '/srv/t/crlf', line: 'c = 4' }),
          line({ path: '/srv/t/korean', match: '^이름', line: '이름 = 둘' }),
          line({ path: '/srv/t/korean', line: '끝', after: '^# 설정' }),
          line({ path: '/srv/t/latin', match: '^b', line: 'b = é', keep: '/srv/t/latin_origin' }),
        ],
        shows: [
          'cd /srv/t && cat -A crlf; cat korean; echo; od -An -c latin | tr -d " \\n"; cat latin_origin | wc -c',
          'a = 3^M$\nb = 2^M$\nc = 4^M$\n# 설정\n끝\n이름 = 둘\ncaf351=1\\nb=351\\n15\n',
        ],
      },
      {
        title: 'line makes a file, replaces the first, the last and all matches, and takes lines out',
        setup: `cd /srv/t && printf 'x 1\\ny\\nx 2\\n#z\\nx 3\\n' | tee first last >all; printf 'keep\\nold-host a\\nold-host b\\n' >out`,
        tasks: () => [
          line({ path: '/srv/t/first', match: '^x', line: 'x!', which: 'first' }),
          line({ path: '/srv/t/last', match: '^x', line: 'x!' }),
          line({ path: '/srv/t/all', match: '^x', line: 'x!', which: 'all' }),
          line({ path: '/srv/t/out', search: 'old-host', state: 'absent' }),
          line({
            path: '/srv/t/made',
            line: 'made',
            create: true,
            mode: '0600',
            owner: 'ops',
            validate: 'grep -q made %s',
          }),
        ],
        shows: [
          "cd /srv/t && paste -sd, first && paste -sd, last && paste -sd, all && cat out made; stat -c '%U %a' made",
          'x!,y,x 2,#z,x 3\nx 1,y,x 2,#z,x!\nx!,y,x!,#z,x!\nkeep\nmade\nops 600\n',
        ],
      },
      {
        title: 'textBlock puts lines between markers, changes and removes them, in LF and CRLF',
        setup: `cd /srv/t && printf 'a\\r\\nb\\r\\n' >block.crlf; printf '1\\n# BEGIN managed block\\nold\\n# END managed block\\n2\\n' >block.old; printf '1\\n; BEGIN mine\\nold\\n; END mine\\n2' >block.out`,
        tasks: () => [
          textBlock({ path: '/srv/t/block.crlf', block: 'x\ny', after: '^a$' }),
          textBlock({ path: '/srv/t/block.old', block: '새 줄\n' }),
          textBlock({ path: '/srv/t/block.out', marker: '; {mark} mine', state: 'absent' }),
          textBlock({ path: '/srv/t/block.new', block: 'one', create: true }),
        ],
        shows: [
          'cd /srv/t && cat -A block.crlf; cat block.old block.out; echo; cat block.new',
          'a^M$\n# BEGIN managed block^M$\nx^M$\ny^M$\n# END managed block^M$\nb^M$\n1\n# BEGIN managed block\n새 줄\n# END managed block\n2\n1\n2\n# BEGIN managed block\none\n# END managed block\n',
        ],
      },
      {
        title: 'replace replaces every match, with groups, within sections, in CRLF',
        setup: `cd /srv/t && printf 'timeout = 1\\nother\\ntimeout=2\\n' >groups; printf '[a]\\nport = 1\\n[b]\\nport = 1\\n[c]\\nport = 1\\n' >sections; printf 'one\\r\\ntwo\\r\\nthree\\r\\n' >lines`,
        tasks: () => [
          replace({ path: '/srv/t/groups', pattern: '^(timeout) *=.*$', replacement: '$1 = 30' }),
          replace({
            path: '/srv/t/sections',
            pattern: '^port = 1$',
            replacement: 'port = 2',
            after: '\\[b\\]',
            before: '\\[c\\]',
          }),
          replace({
            path: '/srv/t/lines',
            pattern: 'two\nthree',
            replacement: '2\n3',
            keep: '/srv/t/lines_origin',
          }),
        ],
        shows: [
          'cd /srv/t && cat groups && paste -sd, sections && cat -A lines && wc -l <lines_origin',
          'timeout = 30\nother\ntimeout = 30\n[a],port = 1,[b],port = 2,[c],port = 1\none^M$\n2^M$\n3^M$\n3\n',
        ],
      },
      {
        title: 'iniFile, keyValueFile, editJson and editYaml follow the style of the file',
        setup: `cd /srv/t && printf '[a]\\nx=1\\n;y=2\\n' >ini; printf 'A="x" # c\\n' >env; printf '{\\n  // c\\n  "a": 1\\n}\\n' >json; printf 'a: 1 # one\\nl: [x]\\n' >yaml`,
        tasks: () => [
          iniFile({ path: '/srv/t/ini', section: 'a', option: 'y', value: 3 }),
          keyValueFile({ path: '/srv/t/env', set: { A: '$HOME', B: 'c d' } }),
          editJson({ path: '/srv/t/json', edits: [{ set: '/b', value: [1] }] }),
          editYaml({
            path: '/srv/t/yaml',
            edits: [
              { include: '/l', items: ['z'] },
              { set: '/a', value: 'yes' },
            ],
          }),
        ],
        shows: [
          'cd /srv/t && cat ini env json yaml',
          '[a]\nx=1\n;y=2\ny=3\nA="\\$HOME" # c\nB="c d"\n{\n  // c\n  "a": 1,\n  "b": [\n    1\n  ]\n}\na: "yes" # one\nl: [x, z]\n',
        ],
      },
      {
        title: 'sshdConfig sets what counts, checked by sshd',
        setup: `printf 'Include /srv/t/ssh.d/*.conf\\n#UseDNS no\\n' >/srv/t/sshd_config; mkdir /srv/t/ssh.d; echo 'MaxAuthTries 9' >/srv/t/ssh.d/1.conf`,
        tasks: () => [sshdConfig({ path: '/srv/t/sshd_config', set: { MaxAuthTries: 4, UseDNS: true } })],
        shows: [
          'cat /srv/t/sshd_config',
          'MaxAuthTries 4\nInclude /srv/t/ssh.d/*.conf\n#UseDNS no\nUseDNS yes\n',
        ],
      },
      {
        title: 'properties sets, adds and removes keys, as Java reads them',
        setup: `cd /srv/t && printf '# head\\na : 1\\nold=x\\nz = last\\n' >app.properties`,
        tasks: () => [
          properties({
            path: '/srv/t/app.properties',
            set: { a: 2, b: 'two words', 'c.d': '한' },
            after: 'a',
            remove: ['old'],
            keep: '/srv/t/app.properties_origin',
          }),
          properties({
            path: '/srv/t/new.properties',
            set: { k: true },
            create: true,
            mode: '0640',
            validate: 'grep -q k {}',
          }),
        ],
        shows: [
          'cd /srv/t && cat app.properties new.properties; stat -c %a new.properties',
          '# head\na : 2\nb : two words\nc.d : \\ud55c\nz = last\nk=true\n640\n',
        ],
      },
      {
        title: "editXml changes Tomcat's server.xml, one that is there and one that the same run brings",
        setup:
          'cp /srv/files/server.xml /srv/t && chown deploy /srv/t/server.xml && chmod 640 /srv/t/server.xml',
        tasks: () => [
          editXml({
            path: '/srv/t/server.xml',
            keep: '/srv/t/server.xml_origin',
            edits: [
              { set: "/Server/Service/Connector[@protocol='HTTP/1.1']", attributes: { port: 8081 } },
              { set: '/Server', attributes: { port: 8006 } },
            ],
            validate: `python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' {}`,
          }),
          copyFile({ src: 'files/server.xml', dest: '/srv/t/brought.xml' }),
          editXml({ path: '/srv/t/brought.xml', edits: [{ set: '/Server', attributes: { port: 8006 } }] }),
        ],
        always: ['copyFile /srv/t/brought.xml', 'editXml /srv/t/brought.xml'],
        shows: [
          "cd /srv/t && diff server.xml_origin server.xml | grep '^>'; stat -c '%U %a' server.xml; grep -c 'port=\"8006\"' brought.xml",
          '> <Server port="8006" shutdown="SHUTDOWN">\n>     <Connector port="8081" protocol="HTTP/1.1"\ndeploy 640\n1\n',
        ],
      },
      {
        title: "editHttpdConf changes httpd's stock configuration in a few lines",
        setup: 'cp /srv/files/httpd.conf /srv/t',
        tasks: () => [
          editHttpdConf({
            path: '/srv/t/httpd.conf',
            keep: '/srv/t/httpd.conf_origin',
            edits: [
              { set: 'ServerTokens', args: ['prod'] },
              { uncomment: 'LoadModule', args: ['ssl_module'] },
              { set: 'Listen', args: [8080] },
            ],
          }),
        ],
        shows: [
          "cd /srv/t && diff httpd.conf_origin httpd.conf | grep '^>'",
          '> Listen 8080\n> LoadModule ssl_module modules/mod_ssl.so\n> ServerTokens prod\n',
        ],
      },
      {
        title: "patchCatalinaSh sends Tomcat's catalina.out through rotatelogs",
        setup: 'cp /srv/files/catalina.sh /srv/t && chmod 755 /srv/t/catalina.sh',
        tasks: () => [
          patchCatalinaSh({
            path: '/srv/t/catalina.sh',
            log: '/var/log/tomcat/catalina.out.%Y-%m-%d',
            offsetMinutes: 540,
            keep: '/srv/t/catalina.sh_origin',
          }),
        ],
        shows: [
          'cd /srv/t && sh -n catalina.sh && grep -c "rotatelogs /var/log/tomcat/catalina.out.%Y-%m-%d 86400 540" catalina.sh; diff catalina.sh_origin catalina.sh | grep -c "^>"; stat -c %a catalina.sh',
          '2\n6\n755\n',
        ],
      },
    ],
  },
  {
    name: 'archives',
    rows: [
      {
        title: 'download fetches from the first mirror that delivers the right bytes',
        setup: 'echo wrong >/srv/t/tomcat.tar.gz; chmod 600 /srv/t/tomcat.tar.gz',
        tasks: ({ vars }) => [
          download({
            urls: [
              `${vars.mirror}/missing/x`,
              `${vars.mirror}/corrupt/dist/tomcat/tomcat-9/v${vars.tomcat_version}/bin/apache-tomcat-${vars.tomcat_version}.tar.gz`,
              `${vars.mirror}/dist/tomcat/tomcat-9/v${vars.tomcat_version}/bin/apache-tomcat-${vars.tomcat_version}.tar.gz`,
            ],
            dest: '/srv/t/tomcat.tar.gz',
            checksum: `sha512:${vars.tomcat_checksum}`,
          }),
          download({
            url: `${vars.mirror}/packages/repodata/repomd.xml`,
            dest: '/srv/t/repomd.xml',
            checksum: false,
            owner: 'ops',
            mode: '0640',
          }),
        ],
        shows: [
          "cd /srv/t && sha512sum <tomcat.tar.gz && stat -c '%U %a' tomcat.tar.gz repomd.xml && grep -c '<repomd' repomd.xml",
          '{tomcat}  -\nroot 600\nops 640\n1\n',
        ],
      },
      {
        title: 'download brings what the controller fetched',
        tasks: ({ vars }) => [
          download({
            urls: [
              `${vars.mirror}/missing/x`,
              `${vars.mirror}/dist/tomcat/tomcat-9/v${vars.tomcat_version}/bin/apache-tomcat-${vars.tomcat_version}.tar.gz`,
            ],
            dest: '/srv/t/brought.tar.gz',
            checksum: `${vars.tomcat_checksum}`,
            via: 'controller',
            mode: '0600',
          }),
        ],
        shows: [
          "cd /srv/t && sha512sum <brought.tar.gz && stat -c '%U %a' brought.tar.gz",
          '{tomcat}  -\nroot 600\n',
        ],
      },
      {
        title:
          'archive packs a folder and compresses a file, and unarchive fetches an archive from an address',
        setup:
          'mkdir -p /srv/t/packed/sub && cd /srv/t/packed && echo page >sub/page && echo old >x.bak && echo log >/srv/t/app.log.1',
        tasks: ({ vars }) => [
          dnf({ name: 'tar' }),
          archive({
            path: '/srv/t/packed',
            dest: '/srv/t/packed.tar.xz',
            exclusionPatterns: ['*.bak'],
            owner: 'deploy',
            mode: '0640',
          }),
          archive({ path: '/srv/t/app.log.1', dest: '/srv/t/app.log.1.gz', remove: true }),
          unarchive({
            src: `${vars.mirror}/dist/tomcat/tomcat-9/v${vars.tomcat_version}/bin/apache-tomcat-${vars.tomcat_version}.tar.gz`,
            checksum: `sha512:${vars.tomcat_checksum}`,
            dest: '/srv/t/fetched',
            stripComponents: 1,
            include: ['conf', 'bin/*.sh'],
            mode: 'u=rwX,g=rX,o=',
          }),
        ],
        shows: [
          "cd /srv/t && tar -tf packed.tar.xz && gzip -dc app.log.1.gz && stat -c '%U %a' packed.tar.xz && ls fetched && stat -c %a fetched/conf fetched/bin/startup.sh && ls app.log.1 2>&1",
          "./packed/\n./packed/sub/\n./packed/sub/page\nlog\ndeploy 640\nbin\nconf\n750\n750\nls: cannot access 'app.log.1': No such file or directory\n",
        ],
      },
      {
        title: 'unarchive unpacks a tar.gz and a zip',
        setup: `dnf -y -q install tar; cd /srv/t && mkdir -p app-1/conf app-1/bin && echo '1' >app-1/conf/version && printf '#!/bin/sh\\necho app 1\\n' >app-1/bin/app && chmod 755 app-1/bin/app && ln -s bin/app app-1/app && chown -R deploy app-1 && tar -czf app-1.tar.gz app-1 && python3 -m zipfile -c things.zip app-1/`,
        tasks: () => [
          unarchive({
            src: '/srv/t/app-1.tar.gz',
            dest: '/srv/t/opt/app',
            stripComponents: 1,
            owner: 'ops',
            group: 'ops',
          }),
          unarchive({
            src: '/srv/t/things.zip',
            dest: '/srv/t/opt/things',
            exclude: ['app-1/bin'],
            creates: 'app-1/conf/version',
          }),
        ],
        shows: [
          "cd /srv/t/opt && app/app && stat -c '%n %U' app/app app/conf/version && (cd things && find . -type f | sort)",
          'app 1\napp/app ops\napp/conf/version ops\n./.unarchived-things.zip\n./app-1/app\n./app-1/conf/version\n',
        ],
      },
      {
        title: 'unarchive unpacks a new version over the old one, what is preserved left alone',
        setup: `dnf -y -q install tar; cd /srv/t && for v in 1 2; do mkdir -p pack-$v/conf && echo $v >pack-$v/version && echo stock $v >pack-$v/conf/app.conf && tar -czf pack-$v.tar.gz pack-$v; done
mkdir pack && tar -xzf pack-1.tar.gz -C pack --strip-components=1 && echo edited >pack/conf/app.conf && echo own >pack/own`,
        tasks: () => [
          unarchive({
            src: '/srv/t/pack-2.tar.gz',
            dest: '/srv/t/pack',
            stripComponents: 1,
            preserve: ['conf/*'],
          }),
        ],
        shows: ['cd /srv/t/pack && cat version conf/app.conf own', '2\nedited\nown\n'],
      },
    ],
  },
  {
    name: 'commands',
    rows: [
      {
        title: 'command and shell run once where they say what they make or remove',
        setup: 'touch /srv/t/to-go',
        tasks: () => [
          command({
            argv: ['touch', 'made by $(command)'],
            chdir: '/srv/t',
            creates: '/srv/t/made by $(command)',
          }),
          shell(
            {
              script: 'echo "$GREETING" | tr a-z A-Z >by-shell',
              chdir: '/srv/t',
              creates: '/srv/t/by-shell',
            },
            { environment: { GREETING: "it's 안녕" } },
          ),
          shell({
            script: '[[ bash =~ b.s ]] && rm /srv/t/to-go',
            executable: '/bin/bash',
            removes: '/srv/t/to-go',
          }),
        ],
        shows: [
          'cd /srv/t && ls "made by \\$(command)" to-go 2>/dev/null; cat by-shell',
          "made by $(command)\nIT'S 안녕\n",
        ],
      },
      {
        title: 'command and shell without that run each time',
        tasks: () => [
          command(
            { argv: ['sh', '-c', 'cat >>/srv/t/log; exit 3'], stdin: 'x', okCodes: [0, 3] },
            { title: 'add' },
          ),
          shell({ script: 'id -un' }, { become: 'deploy', title: 'as another' }),
        ],
        always: ['add', 'as another'],
        shows: ['cat /srv/t/log', 'xx'],
      },
    ],
  },
  {
    name: 'services',
    rows: [
      {
        title: 'service starts, enables, stops and masks real units, and reads units that changed',
        tasks: () => [
          copyFile({
            dest: '/etc/systemd/system/served.service',
            content:
              '[Service]\nExecStart=/usr/bin/python3 -m http.server 8765 --directory /srv/t\n[Install]\nWantedBy=multi-user.target\n',
          }),
          copyFile({
            dest: '/etc/systemd/system/other.service',
            content: '[Service]\nExecStart=/bin/sleep 1000\n',
          }),
          directory({ path: '/srv/t/www' }),
          copyFile({ dest: '/srv/t/www/index.html', content: '<h1>It works, 여기</h1>\n' }),
          service({ name: 'served', state: 'started', enabled: true }),
          service({ name: 'other', state: 'stopped', masked: false }),
          service({ name: 'systemd-networkd.service', state: 'started', enabled: true }),
          waitFor({ port: 8765, timeout: 20 }),
          httpCheck({ url: 'http://127.0.0.1:8765/www/', contains: 'It works, 여기', within: 20 }),
          httpCheck({ url: 'http://127.0.0.1:8765/nothing', status: [404, 410] }),
          uri({ url: 'http://127.0.0.1:8765/www/', contains: 'It works, 여기' }),
          pause({ seconds: 0.1 }),
          debug({ msg: stdout(sh`uname -r`, { reads: [] }) }),
          assert({ that: { 'The sum is right': 1 + 1 === 2 } }),
          look(stdout(sh`id -un`, { reads: [] }), (user) =>
            user === 'root' ? [] : [fail({ msg: `The tasks run as ${user}, not as root.` })],
          ),
        ],
        shows: [
          'systemctl is-active served other; systemctl is-enabled served',
          'active\ninactive\nenabled\n',
        ],
      },
      {
        title: 'service stops, disables and masks',
        setup: `printf '[Service]\\nExecStart=/bin/sleep 1000\\n[Install]\\nWantedBy=multi-user.target\\n' | tee /run/systemd/system/tired.service >/etc/systemd/system/worn.service; systemctl daemon-reload; systemctl enable -q --now worn; systemctl start tired`,
        tasks: () => [
          service({ name: 'worn', state: 'stopped', enabled: false }),
          service({ name: 'tired', state: 'stopped', masked: true }),
        ],
        shows: [
          'systemctl is-active worn tired; systemctl is-enabled worn tired 2>/dev/null',
          'inactive\ninactive\ndisabled\nmasked\n',
        ],
      },
      {
        title: 'service restarts and reloads each time',
        setup: `printf '[Service]\\nExecStart=/bin/sh -c "echo run >>/srv/t/runs; exec sleep 1000"\\nExecReload=/bin/sh -c "echo reload >>/srv/t/runs"\\n' >/etc/systemd/system/again.service; systemctl daemon-reload; systemctl start again`,
        tasks: () => [
          service({ name: 'again', state: 'restarted' }),
          service({ name: 'again', state: 'reloaded' }),
        ],
        always: ['service again restarted', 'service again reloaded'],
        shows: ['paste -sd, /srv/t/runs', 'run,run,reload,run,reload\n'],
      },
      {
        title:
          'systemdUnit writes units, templates and drop-ins, and enables again what another target shall want',
        setup: `for unit in moved known; do printf '[Service]\\nExecStart=/bin/sleep 1000\\n[Install]\\nWantedBy=graphical.target\\n' >/etc/systemd/system/$unit.service; done; systemctl daemon-reload; systemctl enable -q moved; systemctl start moved known; sleep 1; printf '[Service]\\nExecStart=/bin/sleep 2000\\n' >/etc/systemd/system/known.service`,
        tasks: () => [
          systemdUnit({
            name: 'worker@',
            content: '[Service]\nExecStart=/bin/sh -c "echo %i; exec sleep 1000"\n',
          }),
          systemdUnit({ name: 'worker@one', dropIn: 'limits', content: '[Service]\nLimitNOFILE=4711\n' }),
          service({ name: 'worker@one', state: 'started' }),
          systemdUnit({
            name: 'moved',
            content: '[Service]\nExecStart=/bin/sleep 1000\n\n[Install]\nWantedBy=multi-user.target\n',
            enabled: true,
          }),
          systemdUnit({ name: 'known', content: '[Service]\nExecStart=/bin/sleep 2000\n' }),
          systemdUnit({
            name: 'moved.timer',
            content: '[Timer]\nOnCalendar=daily\n\n[Install]\nWantedBy=timers.target\n',
            enabled: true,
          }),
          service({ name: 'moved.timer', state: 'started' }),
        ],
        shows: [
          `systemctl show -p LimitNOFILE,ActiveState worker@one; systemctl is-enabled moved moved.timer; cd /etc/systemd/system; ls *.wants/moved*; systemctl show -p NeedDaemonReload known; systemctl show -p ExecStart known | grep -o 'sleep 2000'; stat -c '%a %U' moved.service`,
          'LimitNOFILE=4711\nActiveState=active\nenabled\nenabled\nmulti-user.target.wants/moved.service\ntimers.target.wants/moved.timer\nNeedDaemonReload=no\nsleep 2000\n644 root\n',
        ],
      },
      {
        title: 'systemdUnit takes a unit and a drop-in away, and what ran as the unit ends',
        setup: `mkdir -p /etc/systemd/system/laid.service.d; for unit in gone laid; do printf '[Service]\\nExecStart=/bin/sleep 1000\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/$unit.service; done; printf '[Service]\\nRestartSec=7\\n' >/etc/systemd/system/laid.service.d/restart.conf; systemctl daemon-reload; systemctl enable -q --now gone laid`,
        tasks: () => [
          systemdUnit({ name: 'gone', state: 'absent' }),
          systemdUnit({ name: 'laid', dropIn: 'restart', state: 'absent' }),
          systemdUnit({ name: 'never-there', state: 'absent' }),
        ],
        shows: [
          'systemctl show -p LoadState,ActiveState gone; systemctl show -p RestartUSec,ActiveState laid; ls -d /etc/systemd/system/gone* /etc/systemd/system/*/gone* /etc/systemd/system/laid.service.d 2>/dev/null',
          'LoadState=not-found\nActiveState=inactive\nRestartUSec=100ms\nActiveState=active\n',
        ],
      },
      {
        title: 'waitFor waits for a path, a text, the end of a command, and a port of another host',
        tasks: ({ vars }) => [
          shell({
            script: `touch begun; systemd-run -q sh -c 'sleep 1; echo ready now >/srv/t/state'`,
            chdir: '/srv/t',
            creates: '/srv/t/begun',
          }),
          waitFor({ path: '/srv/t/state', contains: 'ready', timeout: 30, interval: 0.2 }),
          waitFor({ command: 'pgrep -f "[n]ever there"', state: 'stopped' }),
          waitFor({ host: new URL(vars.mirror!).hostname, port: 8098 }),
          waitFor({ path: '/srv/t/never', state: 'absent' }),
          httpCheck({ url: `${vars.mirror}/packages/repodata/repomd.xml`, contains: '<repomd' }),
        ],
      },
    ],
  },
  {
    name: 'firewall zones',
    rows: [
      {
        title: 'a zone of its own, with services, sources, masquerading and a forwarded port',
        tasks: () => [
          firewallZone({ zone: 'inner', target: 'DROP', reload: true }),
          firewallService({ zone: 'inner', services: ['http', 'https'] }),
          firewallSource({ zone: 'inner', sources: '10.77.0.0/16' }),
          firewallMasquerade({ zone: 'inner' }),
          firewallForwardPort({ zone: 'inner', port: 80, toPort: 8080, toAddr: '10.77.0.1' }),
        ],
        shows: [
          'for p in "" --permanent; do firewall-cmd $p --zone=inner --list-all | grep -E "target|sources|services|masquerade|port=" | xargs; done',
          'target: DROP sources: 10.77.0.0/16 services: http https masquerade: yes port=80:proto=tcp:toport=8080:toaddr=10.77.0.1\ntarget: DROP sources: 10.77.0.0/16 services: http https masquerade: yes port=80:proto=tcp:toport=8080:toaddr=10.77.0.1\n',
        ],
      },
    ],
  },
  {
    name: 'firewall',
    rows: [
      {
        title: 'firewallPort opens and closes ports and ranges, now and for the next start',
        setup:
          'firewall-cmd -q --permanent --add-port=9100/tcp --add-port=9200-9210/udp; firewall-cmd -q --add-port=9100/tcp --add-port=9300/tcp',
        tasks: () => [
          firewallPort({ ports: ['9000/tcp', '9010-9012/udp'] }),
          firewallPort({ ports: '9100/tcp', state: 'closed' }),
          firewallPort({ ports: '9205/udp' }),
          firewallPort({ ports: '9400/tcp', zone: 'internal' }),
          firewallPort({ ports: '9500/tcp', permanent: false }),
        ],
        shows: [
          'for p in "" --permanent; do echo $(firewall-cmd $p --list-ports | tr " " "\\n" | grep ^9 | sort); done; firewall-cmd --zone=internal --list-ports; firewall-cmd --permanent --zone=internal --list-ports',
          '9000/tcp 9010-9012/udp 9205/udp 9300/tcp 9500/tcp\n9000/tcp 9010-9012/udp 9200-9210/udp\n9400/tcp\n9400/tcp\n',
        ],
      },
      {
        title: 'firewallRichRule adds rules for sources and ports, and removes them',
        setup: `for p in '' --permanent; do firewall-cmd -q $p --add-rich-rule='rule family=ipv4 source address=10.9.9.9 drop'; done`,
        tasks: () => [
          firewallRichRule({
            sources: ['10.98.0.21', '10.98.1.0/24'],
            ports: ['8009/tcp'],
            services: ['http'],
          }),
          firewallRichRule({ rules: 'rule family=ipv4 source address="10.9.9.9" drop', state: 'absent' }),
          firewallRichRule({
            rules: ['rule family="ipv6" source address="fd00::1" reject'],
            zone: 'internal',
          }),
        ],
        shows: [
          'for p in "" --permanent; do firewall-cmd $p --list-rich-rules | sort; firewall-cmd $p --zone=internal --list-rich-rules; done | uniq -c | wc -l; firewall-cmd --list-rich-rules | grep -c -e 8009 -e http; firewall-cmd --list-rich-rules | grep -c 10.9.9.9',
          '10\n4\n0\n',
        ],
      },
    ],
  },
  {
    name: 'firewall that is stopped',
    rows: [
      {
        title:
          'firewallPort and firewallRichRule write the permanent configuration while firewalld is stopped',
        setup: 'systemctl stop firewalld',
        tasks: () => [
          firewallPort({ ports: ['9600/tcp'] }),
          firewallRichRule({ sources: '10.7.7.7', ports: '8010/tcp' }),
          service({ name: 'firewalld', state: 'started' }, { tags: ['never-mind'] }),
        ],
        shows: [
          'firewall-cmd --list-ports | grep -o 9600/tcp; firewall-cmd --permanent --list-ports | grep -o 9600/tcp; firewall-cmd --list-rich-rules | grep -c 10.7.7.7',
          '9600/tcp\n9600/tcp\n1\n',
        ],
      },
    ],
  },
  {
    name: 'ansible',
    rows: [
      {
        title: 'ansibleModule runs modules of Ansible by their check mode',
        setup: 'mkdir -p /srv/t && rm -rf /srv/t/ansible',
        tasks: () => [
          ansibleModule(
            'ansible.builtin.file',
            { path: '/srv/t/ansible', state: 'directory', mode: '0750' },
            { reads: ['/srv/t'], writes: ['/srv/t/ansible'] },
          ),
          ansibleModule('lineinfile', {
            path: '/srv/t/ansible/conf',
            line: secret`password=${secret('hunter2hunter2')}`,
            create: true,
          }),
          ansibleModule('user', { name: 'bridged', password: secret('$6$rounds=5000$salt$hunter2hunter2') }),
        ],
        shows: [
          'stat -c %a /srv/t/ansible; cat /srv/t/ansible/conf; getent shadow bridged | cut -d: -f2',
          '750\npassword=hunter2hunter2\n$6$rounds=5000$salt$hunter2hunter2\n',
        ],
        hides: 'hunter2hunter2',
      },
      {
        title: 'ansiblePlaybook runs a role of Ansible that is not moved yet',
        tasks: () => [ansiblePlaybook({ role: 'old', vars: { word: secret('hunter2hunter2') } })],
        shows: [
          'cat /srv/t/old-a /srv/t/old-b; stat -c %U /srv/t/old-a',
          '{host} hunter2hunter2\n{host} hunter2hunter2\nroot\n',
        ],
        hides: 'hunter2hunter2',
      },
    ],
  },
  {
    name: 'restart',
    rows: [
      {
        title: 'reboot restarts a host that says that it has to, and no other',
        setup: 'echo kernel >/run/reboot-required.pkgs && touch /run/reboot-required /run/before',
        tasks: () => [reboot({ onlyIfRequired: true })],
        shows: ['ls /run/reboot-required /run/before 2>/dev/null; echo gone', 'gone\n'],
      },
      {
        title: 'reboot restarts a host, and waits until all of its services are up',
        tasks: () => [reboot({ testCommand: 'systemctl is-system-running --wait' })],
        always: ['reboot'],
        shows: ['systemctl is-system-running; who -b | wc -l', 'running\n1\n'],
      },
    ],
  },
]
