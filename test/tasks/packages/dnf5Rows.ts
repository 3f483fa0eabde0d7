// What dnf5 5.4.6 with rpm 6.1 has printed, and what the task dnf has to make of it.

import type { dnf } from '../../../tasks/packages/dnf.ts'

export type DnfRow = {
  readonly title: string
  readonly params: Parameters<typeof dnf>[0]
  readonly printed: string
  readonly changes: readonly string[]
  readonly steps: readonly string[]
}

const loaded = `Updating and loading repositories:
 more                                   100% | 756.3 KiB/s |   1.5 KiB |  00m00s
Repositories loaded.
`
const question = `Total size of inbound packages is 24 KiB. Need to download 24 KiB.
After this operation, 0 B extra will be used (install 0 B, remove 0 B).
Operation aborted by the user.
= code 1
`

export const dnf5Rows: readonly DnfRow[] = [
  {
    title: 'of version 5 updates everything, with what takes the place of others',
    params: { name: '*', state: 'latest' },
    printed: `= transaction
${loaded}Package                                                                       Arch   Version                              Repository      Size
Upgrading:
 a-package-with-a-really-long-name-that-does-not-fit-into-columns             noarch 0:2.0.20261130.git0123456789abcdef-1 more         0.0   B
   replacing a-package-with-a-really-long-name-that-does-not-fit-into-columns noarch 0:1.0-1                              more         0.0   B
 beta-dep                                                                     noarch 2:2.0-1                              more         0.0   B
   replacing beta-dep                                                         noarch 2:1.0-1                              <unknown>    0.0   B
Installing:
 kernel                                                                       noarch 0:6.0-1                              more         0.0   B
 new-name                                                                     noarch 0:1.0-1                              more         0.0   B
   replacing old-name                                                         noarch 0:1.0-1                              more         0.0   B
Skipping packages with broken dependencies:
 needs-nothing                                                                noarch 1.0-1                                more         0.0   B

Transaction Summary:
 Installing:         2 packages
 Upgrading:          2 packages
 Replacing:          3 packages
 Skipping:           1 package

${question}`,
    changes: [
      'package a-package-with-a-really-long-name-that-does-not-fit-into-columns: 1.0-1 → 2.0.20261130.git0123456789abcdef-1',
      'package beta-dep: 1.0-1 → 2.0-1',
      'package kernel: not installed → 6.0-1',
      'package new-name: not installed → 1.0-1',
      'package old-name: 1.0-1 → not installed',
    ],
    steps: ['dnf -y upgrade'],
  },
  {
    title: 'of version 5 installs an environment and its groups',
    params: { name: '@desk' },
    printed: `= transaction
${loaded}Package "wget-1.21.1-1.noarch" is already installed.

Package           Arch   Version Repository      Size
Installing group/module packages:
 alpha            noarch 0:3.0-1 more         0.0   B
Installing weak dependencies:
 gamma-weak       noarch 0:1.0-1 more         0.0   B
Downgrading:
 delta            noarch 0:1.0-1 more         0.0   B
   replacing delta noarch 0:3.0-1 more        0.0   B
Installing groups dependencies:
 Greek Letters                                       
Installing environmental groups:
 Desk Environment                                    

Transaction Summary:
 Installing:         2 packages

${question}`,
    changes: [
      'package alpha: not installed → 3.0-1',
      'package gamma-weak: not installed → 1.0-1',
      'package delta: 3.0-1 → 1.0-1',
    ],
    steps: ['dnf -y install @desk'],
  },
  {
    title: 'of version 5 is quiet where a group is there already',
    params: { name: '@greek' },
    printed: `= transaction
${loaded}Group "greek" is already installed.
Package "alpha-1.0-1.noarch" is already installed.

Nothing to do.
= code 0
`,
    changes: [],
    steps: [],
  },
  {
    title: 'of version 5 removes a group, and what came along with it',
    params: { name: '@greek', state: 'absent' },
    printed: `= transaction
Package        Arch   Version Repository      Size
Removing:
 gamma         noarch 0:1.0-1 more         0.0   B
Removing unused dependencies:
 gamma-weak    noarch 0:1.0-1 more         0.0   B
Removing groups:
 Greek Letters                                    

Transaction Summary:
 Removing:           2 packages

${question}`,
    changes: ['package gamma: 1.0-1 → not installed', 'package gamma-weak: 1.0-1 → not installed'],
    steps: ['dnf -y remove @greek'],
  },
  {
    title: 'of version 5 updates what check-update lists',
    params: { name: ['alpha', 'beta-dep'], state: 'latest' },
    printed: `= alpha 1.0-1
= beta-dep 1.0-1
= updates
Upgrades
alpha.noarch    3.0-1 more
beta-dep.noarch 2.0-1 more
= code 100

`,
    changes: ['package alpha: 1.0-1 → 3.0-1', 'package beta-dep: 1.0-1 → 2.0-1'],
    steps: ['dnf -y upgrade alpha beta-dep'],
  },
]

type Failure = readonly [printed: string, code: string, message: string, groups?: readonly string[]]

const transaction = `${loaded}Package Arch   Version Repository      Size
Installing:
 big    noarch 0:1.0-1 more        28.6 MiB

Running transaction
Transaction failed: Rpm transaction failed.
Warning: skipped OpenPGP checks for 1 package from repository: more
`

/** What it prints where it fails: standard output and standard error. */
export const dnf5Failures: readonly Failure[] = [
  [
    `${loaded}Failed to resolve the transaction:\nNo match for argument: nope\nNo match for argument: neither\nYou can try to add to command line:\n  --skip-unavailable to skip unavailable packages\n`,
    'E_NO_PACKAGE',
    'No repository has nope, neither.',
  ],
  [
    `${loaded}Failed to resolve the transaction:\nNo match for argument: Greek Letters\n`,
    'E_NO_PACKAGE',
    'No repository has the group Greek Letters.',
    ['@Greek Letters'],
  ],
  [
    `${loaded}Failed to resolve the transaction:\nNo match for argument: lab-db:15/server\n`,
    'E_NO_MODULES',
    '@lab-db:15/server names a module, and dnf 5 neither installs nor removes modules.',
    ['@greek', '@lab-db:15/server'],
  ],
  [
    `${loaded}Failed to resolve the transaction:\nArgument 'lab-db15' matches only excluded packages.\n`,
    'E_NO_PACKAGE',
    'lab-db15 is excluded on this host, or belongs to a stream of a module that is not enabled.',
  ],
  [
    'Failed to access RPM "/srv/nofile.rpm": No such file or directory\n',
    'E_NO_PACKAGE',
    '/srv/nofile.rpm does not exist on the host, or is not a package.',
  ],
  [
    'Cannot download the "wget-1.21.1-1.noarch" package, cacheonly option is activated.\n',
    'E_NO_PACKAGE',
    'wget-1.21.1-1.noarch is not in the cache of the host, and cacheOnly allows no download.',
  ],
  [
    'No matching repositories for nope. Add "--help" for more information about the arguments.\n',
    'E_REPOSITORY',
    'The repository nope is not available.',
  ],
  [
    'Failed to download metadata (baseurl: "http://10.98.1.1:1/nothing") for repository "gone": Usable URL not found\n',
    'E_REPOSITORY',
    'The repository gone is not available.',
  ],
  [
    `Updating and loading repositories:
 Gone for good                          ???% |   0.0   B/s |  -1.0   B |  ?     
>>> Curl error (7): Could not connect to server for http://m.example/repodata/repomd.xml
>>> Curl error (7): Could not connect to server for http://m.example/repodata/repomd.xml
>>> Usable URL not found
Repositories loaded.
Failed to resolve the transaction:
No match for argument: gamma
`,
    'E_REPOSITORY',
    'The repository "Gone for good" is not available.',
  ],
  [
    'Transaction failed: Signature verification failed.\nOpenPGP check for package "delta-1.0-1.noarch" (/var/cache/libdnf5/sig-78/packages/delta-1.0-1.noarch.rpm) from repo "sig" has failed: The package is not signed.\n',
    'E_GPG',
    'The signature of delta-1.0-1.noarch cannot be verified: The package is not signed.',
  ],
  [
    'cannot open file: (2) - No such file or directory [/srv/none.asc]\n',
    'E_GPG',
    'The key /srv/none.asc cannot be read: No such file or directory.',
  ],
  [
    `${transaction}  - installing package big-1.0-1.noarch needs 27MB more space on the /opt/small filesystem\n`,
    'E_DISK_FULL',
    'The disk is full: 27MB more needed on /opt/small.',
  ],
  [
    `${transaction}  - file /opt/filey/tool from install of clash-1.0-1.noarch conflicts with file from package filey-1.0-1.noarch\n`,
    'E_PACKAGE_CONFLICT',
    'The packages conflict: file /opt/filey/tool from install of clash-1.0-1.noarch conflicts with file from package filey-1.0-1.noarch.',
  ],
  [
    `${loaded}Failed to resolve the transaction:
Problem: conflicting requests
  - nothing provides there-is-no-such-thing needed by needs-nothing-1.0-1.noarch from more
`,
    'E_PACKAGE_CONFLICT',
    'The packages conflict: nothing provides there-is-no-such-thing needed by needs-nothing-1.0-1.noarch from more.',
  ],
  [
    `>>> Running %pre scriptlet: broken-pre-2:1.0-1.noarch
>>> Error in %pre scriptlet: broken-pre-2:1.0-1.noarch
>>> Scriptlet output:
>>> no way
>>> 
>>> [RPM] %prein(broken-pre-1.0-1.noarch) scriptlet failed, exit status 1
${transaction}`,
    'E_PACKAGE_SCRIPT',
    'The script %pre of broken-pre-1.0-1.noarch failed.',
  ],
  [
    `>>> Non-critical error in %post scriptlet: broken-post-0:1.0-1.noarch\n${transaction}`,
    'E_PACKAGE_SCRIPT',
    'The script %post of broken-post-1.0-1.noarch failed; the package is installed or removed all the same.',
  ],
  [transaction, 'E_DNF', 'rpm refused the transaction.'],
  [
    'Failed to obtain rpm transaction lock. Another transaction is in progress.\n',
    'E_PACKAGE_LOCK',
    'Another dnf or rpm is running.',
  ],
  [
    'The requested operation requires superuser privileges. Please log in as a user with elevated rights.\n',
    'E_NOT_ROOT',
    'dnf needs root.',
  ],
]
