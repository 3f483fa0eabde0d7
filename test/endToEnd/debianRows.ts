// Cases of tasks that need apt, on a Debian host of the lab.

import { apt, aptRepository, packages, pip } from '../../tasks/index.ts'
import type { Topic } from './taskRows.ts'

/** `apt-get` without questions, and without its output. */
const get = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y --allow-downgrades'

export const debianTopics: readonly Topic[] = [
  {
    name: 'apt',
    rows: [
      {
        title: 'apt installs packages with what they need, and a version that is named',
        setup: 'apt-get -q update',
        tasks: () => [apt({ name: ['lab-app', 'lab-hello=1.0*'] })],
        shows: ['lab-app; lab-hello', 'the library\nhello 1.0-1\n'],
      },
      {
        title: 'apt brings a package to the latest version, and keeps a changed configuration file',
        setup: `${get} install lab-conf=1.0-1 >/dev/null 2>&1; echo own >>/etc/lab-conf.conf`,
        tasks: () => [apt({ name: 'lab-conf', state: 'latest' })],
        shows: [
          'cat /usr/share/lab-conf/version /etc/lab-conf.conf',
          '2.0-1# version 1.0-1\nport = 80\nown\n',
        ],
      },
      {
        title: 'apt replaces a package that another conflicts with',
        setup: `${get} install lab-exim >/dev/null 2>&1`,
        tasks: () => [apt({ name: 'lab-postfix' })],
        shows: ['dpkg-query -W lab-postfix lab-exim 2>/dev/null', 'lab-postfix\t1.0\n'],
      },
      {
        title: 'packages takes apt and the name for Debian',
        tasks: () => [packages({ name: ['lab-lib', { debian: 'lab-slow', redhat: 'make' }] })],
        shows: ['dpkg-query -W lab-slow', 'lab-slow\t1.0\n'],
      },
      {
        title: 'apt finds a virtual package provided, and marks what was installed automatically',
        setup: `${get} install lab-extra >/dev/null 2>&1; apt-mark -q auto lab-extra >/dev/null`,
        tasks: () => [apt({ name: ['lab-mta', 'lab-extra'] })],
        shows: ['apt-mark showmanual lab-extra', 'lab-extra\n'],
      },
    ],
  },
  {
    name: 'apt, other states',
    rows: [
      {
        title: 'apt removes a package with its configuration files, and those that an earlier removal left',
        setup: `apt-get -q update && ${get} install lab-conf lab-hello >/dev/null 2>&1 && ${get} remove lab-conf >/dev/null 2>&1`,
        tasks: () => [apt({ name: ['lab-conf', 'lab-hello', 'lab-nowhere'], state: 'absent', purge: true })],
        shows: [
          'ls /etc/lab-conf.conf /usr/bin/lab-hello 2>/dev/null; dpkg-query -W lab-conf 2>&1',
          'dpkg-query: no packages found matching lab-conf\n',
        ],
      },
      {
        title: 'apt removes dependencies that nothing needs any more',
        setup: `${get} install lab-app >/dev/null 2>&1`,
        tasks: () => [apt({ name: 'lab-app', state: 'absent', autoremove: true })],
        shows: ['ls /usr/bin/lab-app /usr/lib/lab/lib 2>/dev/null', ''],
      },
      {
        title: 'apt installs .deb files from a path and a URL',
        setup:
          'mkdir -p /srv/debs && cd /srv/debs && apt-get -qq download lab-slow 2>/dev/null && mv lab-slow_*.deb slow.deb',
        tasks: (host) => [
          apt({ deb: '/srv/debs/slow.deb' }),
          apt({ deb: `${host.vars.mirror}/packages/debian/pool/lab-exim_1.0_all.deb` }),
        ],
        shows: ['dpkg-query -W lab-slow lab-exim', 'lab-exim\t1.0\nlab-slow\t1.0\n'],
      },
    ],
  },
  {
    name: 'apt, package lists',
    rows: [
      {
        title: 'apt reads lists that are missing before it installs, and upgrades all',
        setup: `apt-get -q update && ${get} install lab-conf=1.0-1 >/dev/null 2>&1; rm -rf /var/lib/apt/lists/*`,
        tasks: () => [apt({ name: 'lab-exim', cacheValidTime: 3600 }), apt({ upgrade: 'dist' })],
        shows: ['cat /usr/share/lab-conf/version', '2.0-1'],
      },
      {
        title: 'apt takes a package from another release, changes one on hold, and upgrades nothing else',
        setup: `${get} install lab-hello=1.1-1 >/dev/null 2>&1; apt-mark -q hold lab-hello >/dev/null`,
        tasks: () => [
          apt({
            name: 'lab-hello',
            state: 'latest',
            defaultRelease: 'testing',
            allowChangeHeldPackages: true,
          }),
        ],
        shows: ['lab-hello', 'hello 2.0~rc1-1\n'],
      },
    ],
  },
  {
    name: 'apt, repositories',
    rows: [
      {
        title: 'aptRepository brings a source with its key, from which apt installs, and removes another',
        setup:
          "rm -rf /etc/apt/sources.list.d/* /etc/apt/keyrings /var/lib/apt/lists/*; printf 'Types: deb\\nURIs: http://gone.invalid/\\nSuites: x/\\n' >/etc/apt/sources.list.d/gone.sources",
        tasks: (host) => [
          aptRepository({ name: 'gone', state: 'absent' }),
          aptRepository({
            name: 'lab',
            uris: `${host.vars.mirror}/packages/debian`,
            suites: ['stable', 'testing'],
            components: 'main',
            signedBy: `${host.vars.mirror}/packages/debian/key.asc`,
            fingerprint: host.vars.fingerprint!,
          }),
          apt({ name: 'lab-conf=3*' }),
        ],
        shows: [
          'cd /etc/apt && ls sources.list.d keyrings; stat -c %a keyrings keyrings/lab.asc; cat /usr/share/lab-conf/version',
          'keyrings:\nlab.asc\n\nsources.list.d:\nlab.sources\n755\n644\n3.0-1',
        ],
      },
    ],
  },
  {
    name: 'pip',
    rows: [
      {
        title: 'pip makes a virtual environment, and installs packages with what they need',
        tasks: () => [
          pip({
            name: ['lab-needs', 'lab_hello>=1.0'],
            virtualenv: '/srv/t/new',
            virtualenvCommand: 'python3 -m venv --without-pip',
            virtualenvSitePackages: true,
          }),
        ],
        shows: ['/srv/t/new/bin/python -m pip freeze --local', 'lab_hello==1.1\nlab_needs==1.0\n'],
      },
      {
        title: 'pip installs requirements, brings a package up to date, and removes another',
        setup:
          'mkdir -p /srv/t && cd /srv/t && python3 -m venv --without-pip --system-site-packages venv && venv/bin/python -m pip -q install lab-hello==1.0 lab-needs 2>/dev/null && printf "# ours\\nlab-hello == 1.1 # fixed\\n" >requirements.txt',
        tasks: () => [
          pip({ name: 'lab-needs', virtualenv: '/srv/t/venv', state: 'absent' }),
          pip({ requirements: '/srv/t/requirements.txt', virtualenv: '/srv/t/venv' }),
        ],
        shows: ['/srv/t/venv/bin/python -m pip freeze --local', 'lab_hello==1.1\n'],
      },
      {
        title: "pip changes the distribution's Python where it may",
        tasks: () => [pip({ name: 'lab-hello', state: 'latest', breakSystemPackages: true })],
        shows: ['python3 -c "import lab_hello; print(lab_hello.version)"', '2.0\n'],
      },
    ],
  },
  {
    name: 'apt, half-configured packages',
    rows: [
      {
        title: 'apt configures what a failed script has left half-configured',
        setup: `apt-get -q update; ! ${get} install lab-broken >/dev/null 2>&1 && touch /etc/lab-broken.ok`,
        tasks: () => [apt({ name: 'lab-broken' })],
        shows: ['dpkg --audit; dpkg-query -W lab-broken', 'lab-broken\t1.0\n'],
      },
    ],
  },
]
