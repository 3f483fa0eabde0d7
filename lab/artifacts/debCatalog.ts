// Lists the packages of the lab's apt repository.

/** A package of the repository: the fields of its control file, and what it brings. */
export type Deb = {
  readonly name: string
  readonly version: string
  readonly suite: 'stable' | 'testing'
  /** Further fields of the control file. @example { Depends: 'lab-lib' } */
  readonly fields?: { readonly [field: string]: string }
  /** Texts by path; programs are executable, and files below /etc are conffiles. */
  readonly files?: { readonly [path: string]: string }
  readonly postinst?: string
}

const hello = (version: string, suite: Deb['suite'] = 'stable'): Deb => ({
  name: 'lab-hello',
  version,
  suite,
  files: { '/usr/bin/lab-hello': `#!/bin/sh\necho hello ${version}\n` },
})

const configured = (version: string, suite: Deb['suite'] = 'stable'): Deb => ({
  name: 'lab-conf',
  version,
  suite,
  files: {
    '/etc/lab-conf.conf': `# version ${version}\nport = 80\n`,
    '/usr/share/lab-conf/version': version,
  },
})

/** What the packages are for: versions, conffiles, dependencies, conflicts, and scripts that fail or wait. */
export const debCatalog: readonly Deb[] = [
  ...[hello('1.0-1'), hello('1.1-1'), hello('1.2-1'), hello('2.0~rc1-1', 'testing')],
  ...[configured('1.0-1'), configured('2.0-1'), configured('3.0-1', 'testing')],
  { name: 'lab-lib', version: '1:1.5-2', suite: 'stable', files: { '/usr/lib/lab/lib': 'the library\n' } },
  { name: 'lab-extra', version: '1.0', suite: 'stable' },
  {
    name: 'lab-app',
    version: '1.0+dfsg-1',
    suite: 'stable',
    fields: { Depends: 'lab-lib (>= 1:1.0)', Recommends: 'lab-extra' },
    files: { '/usr/bin/lab-app': '#!/bin/sh\ncat /usr/lib/lab/lib\n' },
  },
  { name: 'lab-postfix', version: '1.0', suite: 'stable', fields: { Provides: 'lab-mta' } },
  {
    name: 'lab-exim',
    version: '1.0',
    suite: 'stable',
    fields: { Provides: 'lab-mta', Conflicts: 'lab-postfix' },
  },
  { name: 'lab-unmet', version: '1.0', suite: 'stable', fields: { Depends: 'lab-nowhere' } },
  {
    name: 'lab-broken',
    version: '1.0',
    suite: 'stable',
    postinst:
      "#!/bin/sh\n[ -e /etc/lab-broken.ok ] || { echo 'lab-broken: /etc/lab-broken.ok is missing' >&2; exit 3; }\n",
  },
  {
    name: 'lab-slow',
    version: '1.0',
    suite: 'stable',
    postinst: '#!/bin/sh\ntouch /run/lab-slow.started\nwhile [ -e /run/lab-slow ]; do sleep 0.1; done\n',
  },
]
