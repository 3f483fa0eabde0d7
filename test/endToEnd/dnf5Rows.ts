// Tasks that run on a host with dnf 5, and the packages that they find there.

import { dnf, packages, rpmKey, yumRepository } from '../../tasks/index.ts'
import type { Topic } from './taskRows.ts'

type Parts = { readonly [name: string]: { readonly fields?: string; readonly script?: string } }

/** The packages of one version, as subpackages of one spec. */
function specOf(version: string, parts: Parts): string {
  const text = Object.entries(parts).map(
    ([name, { fields = '', script = '' }]) => `%package -n ${name}
Summary: s
AutoReqProv: no
${fields}
%description -n ${name}
d
${script}
%files -n ${name}
`,
  )
  return `Name: all
Version: ${version}
Release: 1
Summary: s
License: MIT
BuildArch: noarch
%description
d
${text.join('')}`
}

const groups = `<comps>
 <group><id>greek</id><name>Greek Letters</name><default>false</default><uservisible>true</uservisible>
  <packagelist><packagereq type="mandatory">alpha</packagereq><packagereq type="default">gamma</packagereq></packagelist></group>
 <environment><id>desk</id><name>Desk</name><display_order>1</display_order><grouplist><groupid>greek</groupid></grouplist></environment>
</comps>
`

/** `held-back` 2.0 cannot be installed; `new-name` takes the place of `old-name`; `slow` makes a file and waits. */
const first = specOf('1.0', {
  alpha: {},
  beta: { fields: 'Requires: beta-dep' },
  'beta-dep': { fields: 'Epoch: 2' },
  delta: {},
  zeta: { fields: 'Requires: zeta-dep' },
  'zeta-dep': {},
  gamma: { fields: 'Recommends: gamma-weak' },
  'gamma-weak': {},
  'held-back': {},
  'old-name': {},
  'new-name': { fields: 'Obsoletes: old-name < 2\nProvides: old-name = 2' },
  broken: { script: "%pre -n broken -p <lua>\nerror('no way')" },
  slow: { script: "%post -n slow -p <lua>\nio.open('/srv/t/slow', 'w'):close()\nposix.sleep(60)" },
})
const second = specOf('2.0', {
  alpha: {},
  delta: {},
  'held-back': { fields: 'Requires: there-is-no-such-thing' },
})

const setup = `mkdir -p /srv/repo /srv/t && cd /srv/t
cat >first <<'END'
${first}END
cat >second <<'END'
${second}END
cat >groups.xml <<'END'
${groups}END
for spec in first second; do rpmbuild --quiet --define "_topdir $PWD" --define '_rpmdir /srv/repo' -bb $spec 2>/dev/null || exit; done
createrepo_c -q -g /srv/t/groups.xml /srv/repo
printf '[more]\\nname=more\\nbaseurl=file:///srv/repo\\ngpgcheck=0\\n' >/etc/yum.repos.d/more.repo
printf '[signed]\\nname=signed\\nbaseurl=file:///srv/repo\\ngpgcheck=1\\nenabled=0\\n' >/etc/yum.repos.d/signed.repo
dnf -y -q install alpha-1.0 zeta && rpm -e --nodeps zeta`

export const dnf5Topics: readonly Topic[] = [
  {
    name: 'dnf5',
    rows: [
      {
        title: 'dnf removes what nothing needs, and installs a group beside a package',
        setup,
        tasks: () => [dnf({ autoremove: true }), dnf({ name: ['@greek', 'wget'] })],
        shows: [
          'rpm -q gamma-weak wget zeta-dep',
          'gamma-weak-1.0-1.noarch\nwget-1.21.1-1.noarch\npackage zeta-dep is not installed\n',
        ],
      },
      {
        title: 'dnf installs an environment, a version, a file and a URL, and removes packages',
        setup: 'dnf -y -q install tar delta',
        tasks: ({ vars }) => [
          dnf({ name: ['@desk', 'beta-1.0-1.noarch'], weakDeps: true }),
          dnf({ name: '/srv/repo/noarch/delta-1.0-1.noarch.rpm', allowDowngrade: true }),
          dnf({ name: `${vars.mirror}/packages/Packages/noarch/apr-devel-1.7.0-1.noarch.rpm` }),
          dnf({ name: ['tar', 'never-installed'], state: 'absent', autoremove: true }),
        ],
        shows: [
          'rpm -q delta beta beta-dep apr tar',
          'delta-1.0-1.noarch\nbeta-1.0-1.noarch\nbeta-dep-1.0-1.noarch\napr-1.7.0-1.noarch\npackage tar is not installed\n',
        ],
      },
      {
        title: 'dnf takes excluded packages where it may, and leaves out what cannot be updated',
        setup: 'echo excludepkgs=httpd,make >>/etc/dnf/dnf.conf; rpm -i /srv/repo/noarch/held-back-1.0*',
        tasks: () => [
          dnf({ name: 'make', disableExcludes: 'all', lockTimeout: 60 }),
          dnf({
            name: 'httpd-core',
            exclude: 'nothing*',
            disablerepo: 'more',
            releasever: '9',
            nobest: true,
          }),
          dnf({ name: ['autoconf', 'nowhere'], skipBroken: true }),
          dnf({ name: 'alpha', state: 'latest', skipBroken: true, updateCache: true }),
        ],
        shows: [
          'rpm -q make alpha autoconf',
          'make-4.3-1.noarch\nalpha-2.0-1.noarch\nautoconf-2.69-1.noarch\n',
        ],
      },
      {
        title: 'packages takes dnf by the distribution, and a new repository is used at once',
        tasks: ({ vars }) => [
          packages({ name: { debian: [], redhat: 'libtool' } }),
          yumRepository({ name: 'second', baseurl: `${vars.mirror}/packages`, gpgcheck: false, cost: 1 }),
          dnf({ name: 'expat-devel', enablerepo: 'second', disablerepo: '*' }),
        ],
        shows: ['rpm -q libtool expat-devel', 'libtool-2.4.6-1.noarch\nexpat-devel-2.5.0-1.noarch\n'],
      },
      {
        title: 'rpmKey trusts a key in the database of rpm 6',
        tasks: ({ vars }) => [
          rpmKey({
            key: vars.public_key!,
          }),
        ],
        shows: ["rpm -q gpg-pubkey --qf '%{VERSION}\\n'", 'b8890334d972a6d864235d4d99ac4d09b1a83f00\n'],
      },
    ],
  },
  {
    name: 'dnf5Updates',
    rows: [
      {
        title: 'dnf updates everything, with what takes the place of others, and stays quiet about the rest',
        setup: 'rpm -e alpha && dnf -y -q install alpha-1.0 old-name',
        tasks: () => [dnf({ name: '*', state: 'latest' })],
        shows: [
          'rpm -q alpha new-name old-name held-back',
          'alpha-2.0-1.noarch\nnew-name-1.0-1.noarch\npackage old-name is not installed\nheld-back-1.0-1.noarch\n',
        ],
      },
    ],
  },
]
