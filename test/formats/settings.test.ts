// INI files, keys and values, sshd_config: every edit, and that all other bytes stay.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { editIni, type IniEdit, type IniOptions } from '../../src/formats/ini.ts'
import { editKeyValue, type KeyValueEdit, type KeyValueOptions } from '../../src/formats/keyValue.ts'
import { editSshd, type SshdEdit, type SshdIncludes } from '../../src/formats/sshd.ts'
import { secret } from '../../src/index.ts'
import { makeKey, sshdMissing } from '../transport/sshd.ts'

type Row<E, O> = [title: string, before: string, edits: E[], after: string, changes: string[], options?: O]

const ini: Row<IniEdit, IniOptions>[] = [
  ['a new file', '', [{ set: 'a', section: 's', values: ['1'] }], '[s]\na = 1\n', ['[s] a: absent → 1']],
  [
    'a new file without blanks',
    '',
    [{ set: 'a', section: 's', values: ['1'] }],
    '[s]\na=1\n',
    ['[s] a: absent → 1'],
    { noExtraSpaces: true },
  ],
  [
    'new options go into their section, in the style of the others',
    '[s]\n  a=1\n\n# about t\n[t]\nb: 2\n',
    [
      { set: 'c', section: 's', values: ['1', '2'] },
      { set: 'b', section: 't', values: [3] },
      { set: 'x', values: ['1'] },
    ],
    'x=1\n\n[s]\n  a=1\n  c=1\n  c=2\n\n# about t\n[t]\nb: 3\n',
    ['[s] c: absent → 1, 2', '[t] b: 2 → 3', 'x: absent → 1'],
  ],
  [
    'a new option goes after its inactive one, in CRLF, and closes the last line',
    '[s]\r\n;a = 5\r\n; of b\r\nb : 2',
    [
      { set: 'a', section: 's', values: ['1'] },
      { set: 'b', section: 's', values: [null] },
      { set: 'z', section: 'new', values: [true] },
    ],
    '[s]\r\n;a = 5\r\na : 1\r\n; of b\r\nb\r\n\r\n[new]\r\nz : true\r\n',
    ['[s] a: absent → 1', '[s] b: 2 → no value', '[new] z: absent → true'],
  ],
  [
    'lines that a backslash joins are one value',
    '[Service]\nExecStart=/bin/x \\\n  # why\n  --foo=1\nRestart=no\n',
    [
      { set: 'ExecStart', section: 'Service', values: ['', '/bin/y'] },
      { remove: 'Restart', section: 'Service' },
    ],
    '[Service]\nExecStart=\nExecStart=/bin/y\n',
    ['[Service] ExecStart: /bin/x \\ → empty, /bin/y', '[Service] Restart: no → removed'],
  ],
  [
    "lines that are indented below an option are its value, as for Python's configparser",
    '[o]\nconsole =\n    foo = a:b\n    bar = c\nzip = no\n    really\n',
    [
      { set: 'zip', section: 'o', values: ['yes'] },
      { remove: 'console', section: 'o' },
    ],
    '[o]\nzip = yes\n',
    ['[o] zip: no → yes', '[o] console: empty → removed'],
  ],
  [
    'a Windows path that ends with a backslash joins nothing',
    '[PHP]\ndir = C:\\php\\\nx = 1\n',
    [{ set: 'x', section: 'PHP', values: ['2'] }],
    '[PHP]\ndir = C:\\php\\\nx = 2\n',
    ['[PHP] x: 1 → 2'],
  ],
  [
    'of several sections with one name, that with the options',
    '[Peer]\nPublicKey = A\nAllowedIPs = 1\n\n[Peer]\nPublicKey = B\n',
    [
      { set: 'AllowedIPs', section: 'Peer', having: { PublicKey: 'B' }, values: ['2'] },
      { set: 'AllowedIPs', section: 'Peer', having: { PublicKey: 'C' }, values: ['3'] },
      { removeSection: 'Peer', having: { PublicKey: 'A' } },
    ],
    '[Peer]\nPublicKey = B\nAllowedIPs = 2\n\n[Peer]\nPublicKey = C\nAllowedIPs = 3\n',
    ['[Peer] AllowedIPs: absent → 2', '[Peer] AllowedIPs: absent → 3', '[Peer]: present → removed'],
  ],
  [
    'comments after values stay where there are such',
    '[PHP]\nmem = 128M ; the memory\nx="a;b" ; c\ny=1 ; z\n',
    [
      { set: 'mem', section: 'PHP', values: ['256M'] },
      { set: 'x', section: 'PHP', values: ['"a;b"'] },
      { set: 'y', section: 'PHP', values: ['1 ; z'] },
    ],
    '[PHP]\nmem = 256M ; the memory\nx="a;b" ; c\ny=1 ; z\n',
    ['[PHP] mem: 128M → 256M'],
    { inlineComments: true },
  ],
  [
    'elsewhere a semicolon is part of the value',
    '[Service]\nExecStart=/bin/a ; /bin/b\n',
    [{ set: 'ExecStart', section: 'Service', values: ['/bin/c'] }],
    '[Service]\nExecStart=/bin/c\n',
    ['[Service] ExecStart: /bin/a ; /bin/b → /bin/c'],
  ],
  [
    'values are paired in order, and superfluous ones go',
    '[a]\nx=1\nx=2\n# keep\nx=3\n',
    [{ set: 'x', section: 'a', values: ['2', '5'] }],
    '[a]\nx=2\n# keep\nx=5\n',
    ['[a] x: 1, 2, 3 → 2, 5'],
  ],
  [
    'with exclusive: false, values are added, and removed alone',
    '[a]\nx=1\nx=2\n',
    [
      { set: 'x', section: 'a', values: ['2', '3'], exclusive: false },
      { remove: 'x', section: 'a', values: ['1'] },
    ],
    '[a]\nx=2\nx=3\n',
    ['[a] x: 1, 2 → 1, 2, 3', '[a] x: 1 → removed'],
  ],
  [
    'sections follow one another as the others do; comments above the next one stay',
    '[a]\n[b]\nx=1\n\n# about c\n[c]\n',
    [{ removeSection: 'b' }, { removeSection: 'gone' }, { ensureSection: 'a' }],
    '[a]\n# about c\n[c]\n',
    ['[b]: present → removed'],
  ],
  [
    'names with blanks, quotes and colons',
    '[remote "origin"]\n\turl = x\n[global]\nidmap config * : backend = tdb\n',
    [
      { set: 'url', section: 'remote "origin"', values: ['y'] },
      { set: 'idmap config * : backend', section: 'global', values: ['rid'] },
      { set: 'fetch', section: 'remote "origin"', values: ['+refs/*'] },
    ],
    '[remote "origin"]\n\turl = y\n\tfetch = +refs/*\n[global]\nidmap config * : backend = rid\n',
    [
      '[remote "origin"] url: x → y',
      '[global] idmap config * : backend: tdb → rid',
      '[remote "origin"] fetch: absent → +refs/*',
    ],
  ],
]

const keyValue: Row<KeyValueEdit, KeyValueOptions>[] = [
  ['a new file', '', [{ set: 'a.b', value: 1 }], 'a.b = 1\n', ['a.b: absent → 1']],
  [
    'a new file of a shell',
    '',
    [{ set: 'A', value: 'x y' }],
    'A="x y"\n',
    ['A: absent → x y'],
    { quotes: 'shell' },
  ],
  [
    'sysctl.conf',
    '# c\n#net.ipv4.ip_forward=1\nkernel.x = 5\n-vm.y=2\nvm.y=3\n',
    [{ set: 'net.ipv4.ip_forward', value: 1 }, { set: 'vm.y', value: '3 4' }, { remove: 'kernel.x' }],
    '# c\n#net.ipv4.ip_forward=1\nnet.ipv4.ip_forward=1\n-vm.y=2\nvm.y=3 4\n',
    ['net.ipv4.ip_forward: absent → 1', 'vm.y: 3 → 3 4', 'kernel.x: 5 → removed'],
  ],
  [
    'login.defs, in CRLF, without a last line end',
    'ENV_PATH\tPATH=/bin\r\nUMASK\t\t022 \r\nBARE\r\nQUOTED "x"',
    [
      { set: 'UMASK', value: '027' },
      { set: 'ENV_PATH', value: 'PATH=/usr/bin' },
      { set: 'NEW', value: 'x' },
      { set: 'BARE', value: 'y' },
    ],
    'ENV_PATH\tPATH=/usr/bin\r\nUMASK\t\t027 \r\nBARE\ty\r\nQUOTED "x"\r\nNEW\tx\r\n',
    ['UMASK: 022 → 027', 'ENV_PATH: PATH=/bin → PATH=/usr/bin', 'NEW: absent → x', 'BARE: empty → y'],
  ],
  [
    '/etc/default/grub: quotes, escapes, comments after values',
    '# c\nGRUB_DEFAULT=0 # first\nexport GRUB_CMDLINE="quiet"\nX=\'a\'\nif [ -x /y ]; then\n  Z=1\nfi\n',
    [
      { set: 'GRUB_DEFAULT', value: 'a b' },
      { set: 'GRUB_CMDLINE', value: '$x "y" `z` \\' },
      { set: 'X', value: "it's" },
      { set: 'Z', value: 1 },
      { set: 'N', value: 'n' },
    ],
    '# c\nGRUB_DEFAULT="a b" # first\nexport GRUB_CMDLINE="\\$x \\"y\\" \\`z\\` \\\\"\nX="it\'s"\nif [ -x /y ]; then\n  Z=1\nfi\nN=n\n',
    ['GRUB_DEFAULT: 0 → a b', 'GRUB_CMDLINE: quiet → $x "y" `z` \\', "X: a → it's", 'N: absent → n'],
  ],
  [
    'a value over several lines, and one that the shell computes',
    'A="several\nlines" # c\nB=$A\nC="$A"x\n',
    [{ set: 'A', value: 'x' }, { set: 'B', value: '$A' }, { remove: 'C' }],
    'A="x" # c\nB="\\$A"\n',
    ['A: several\nlines → x', 'B: $A → $A, changed', 'C: "$A"x → removed'],
  ],
]

const cloud: SshdIncludes = {
  files: { '/etc/ssh/sshd_config.d/*.conf': ['/d/50-cloud.conf', '/d/60.conf'] },
  texts: {
    '/d/50-cloud.conf': '# c\nPasswordAuthentication yes\nMatch User x\nX11Forwarding no\n',
    '/d/60.conf': 'AcceptEnv LANG\nPasswordAuthentication no\n',
  },
}
const include = 'Include /etc/ssh/sshd_config.d/*.conf\n'

const sshd: Row<SshdEdit, SshdIncludes>[] = [
  [
    'a new file, with a Match block',
    '',
    [
      { set: 'Port', values: [22, 2222] },
      { set: 'X11Forwarding', values: [false], match: 'User anna' },
    ],
    'Port 22\nPort 2222\n\nMatch User anna\n  X11Forwarding no\n',
    ['Port: absent → 22, 2222', 'X11Forwarding (Match User anna): absent → no'],
  ],
  [
    'after what is commented out, before the first block, inside of one',
    '#PermitRootLogin prohibit-password\nport=22\n\nMatch User bob\n  X11Forwarding no\n# end\n',
    [
      { set: 'PermitRootLogin', values: ['no'] },
      { set: 'Port', values: [22, 2200] },
      { set: 'AllowTcpForwarding', values: [false], match: 'user  bob' },
      { set: 'UseDNS', values: ['no'] },
    ],
    '#PermitRootLogin prohibit-password\nPermitRootLogin no\nport=22\nPort 2200\nUseDNS no\n\nMatch User bob\n  X11Forwarding no\n  AllowTcpForwarding no\n# end\n',
    [
      'PermitRootLogin: absent → no',
      'Port: 22 → 22, 2200',
      'AllowTcpForwarding (Match user  bob): absent → no',
      'UseDNS: absent → no',
    ],
  ],
  [
    'the first value counts, quotes and comments stay',
    'passwordauthentication  yes # why\nPasswordAuthentication no\nBanner "/a b"\nSubsystem sftp /x\n',
    [
      { set: 'PasswordAuthentication', values: [false] },
      { set: 'Banner', values: ['"/a b"'] },
      { set: 'Subsystem', values: ['sftp internal-sftp'] },
    ],
    'passwordauthentication  no # why\nPasswordAuthentication no\nBanner "/a b"\nSubsystem sftp internal-sftp\n',
    ['PasswordAuthentication: yes → no', 'Subsystem: sftp /x → sftp internal-sftp'],
  ],
  [
    'before an Include whose file sets it otherwise',
    `# head\n${include}\nPasswordAuthentication no # x\nX11Forwarding yes\n`,
    [
      { set: 'PasswordAuthentication', values: ['no'] },
      { set: 'X11Forwarding', values: ['no'] },
    ],
    `# head\nPasswordAuthentication no\n${include}\nX11Forwarding no\n`,
    ['PasswordAuthentication: yes (/d/50-cloud.conf:2) → no', 'X11Forwarding: yes → no'],
    cloud,
  ],
  [
    'an included file that sets it already',
    include,
    [{ set: 'passwordauthentication', values: ['yes'] }],
    include,
    [],
    cloud,
  ],
  [
    'values that add up',
    'AllowUsers a b\n# c\nAllowUsers c\n',
    [{ set: 'AllowUsers', values: ['c', 'd'] }],
    '# c\nAllowUsers c\nAllowUsers d\n',
    ['AllowUsers: a b, c → c, d'],
  ],
  [
    'blocks and keywords go',
    'X no\n\nMatch User a\n X no\n\n# b\nMatch User b\n Y no\n Z no\n',
    [{ removeMatch: 'User a' }, { remove: 'y', match: 'User b' }, { remove: 'X' }, { remove: 'Q' }],
    '\n\n# b\nMatch User b\n Z no\n',
    ['Match User a: present → removed', 'y (Match User b): no → removed', 'X: no → removed'],
  ],
]

for (const [title, before, edits, after, changes, options] of sshd) {
  test(`sshd_config: ${title}`, () => check(editSshd, before, edits, after, changes, options))
}

/** Files in the manners of distributions, images and administrators. */
const manners: [title: string, text: string][] = [
  ['empty', ''],
  ['all of it commented out', '# $OpenBSD$\n\n#Port 22\n#PermitRootLogin prohibit-password\n#Banner none\n'],
  [
    'CRLF, tabs and =, no last line end',
    'Port\t22\r\npermitrootlogin=yes\r\nX11Forwarding = no # why\r\nUsePAM no',
  ],
  ['a keyword twice', 'PermitRootLogin no\nBanner "/etc/a b"\nPermitRootLogin yes\nbanner none\n'],
  ['lists on several lines', 'AllowUsers root\nAcceptEnv LANG LC_*\nAllowUsers "bob" ops\nAcceptEnv A # b\n'],
  [
    'a block that ends the file',
    'Subsystem sftp /usr/lib/sftp-server\nMatch Group sftp\n\tBanner none\n# end',
  ],
  [
    'blocks that meet a login, one of them for all',
    'Match Address 10.0.0.0/8 User bob\n  Banner /a\n\nMatch user anna\n  X11Forwarding no\nMatch all\n  MaxAuthTries 3\n',
  ],
  ['a commented block', '#Match User anna\n#\tX11Forwarding no\nLogLevel INFO\n'],
]

const settings: SshdEdit[] = [
  { set: 'PermitRootLogin', values: ['no'] },
  { set: 'Banner', values: ['"/etc/issue net"'] },
  { set: 'AllowUsers', values: ['anna', 'bob'] },
  { set: 'MaxAuthTries', values: [5], match: 'User anna' },
]

test(`sshd reads what was set, and all else as before: ${manners.length} files`, () => {
  if (sshdMissing()) return
  const folder = mkdtempSync(join(tmpdir(), 'rp-sshd-'))
  const [config, key] = [join(folder, 'config'), join(folder, 'key')]
  const login = 'user=anna,host=h.example,addr=192.0.2.1,laddr=192.0.2.2,lport=22'
  /** The configuration for a login of anna, as sshd prints it. */
  const readBySshd = (bytes: Uint8Array): string[] => {
    writeFileSync(config, bytes)
    const words = ['-T', '-h', key, '-f', config, '-C', login]
    return execFileSync('/usr/sbin/sshd', words, { encoding: 'utf8' }).trim().split('\n')
  }
  const isSet = (line: string) => /^(?:permitrootlogin|banner|allowusers|maxauthtries) /.test(line)
  try {
    makeKey(key, 'ed25519')
    for (const [title, text] of manners) {
      const before = readBySshd(Buffer.from(text))
      const after = readBySshd(editSshd(Buffer.from(text), settings).bytes)
      assert.equal(after.filter(isSet).sort(), expected, title)
      const others = (lines: string[]) => lines.filter((line) => !isSet(line))
      assert.equal(others(after), others(before), title)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const expected = [
  'allowusers anna',
  'allowusers bob',
  'banner /etc/issue net',
  'maxauthtries 5',
  'permitrootlogin no',
]

for (const [title, before, edits, after, changes, options] of ini) {
  test(`INI: ${title}`, () => check(editIni, before, edits, after, changes, options))
}

for (const [title, before, edits, after, changes, options] of keyValue) {
  test(`keys and values: ${title}`, () => check(editKeyValue, before, edits, after, changes, options))
}

function check<E, O>(
  edit: (bytes: Uint8Array, edits: E[], options?: O) => ReturnType<typeof editIni>,
  before: string,
  edits: E[],
  after: string,
  changes: string[],
  options?: O,
) {
  const result = edit(Buffer.from(before), edits, options)
  assert.is(Buffer.from(result.bytes).toString(), after)
  assert.equal(
    result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
    changes,
  )
  for (const again of edits) {
    if ('remove' in (again as object)) continue
    assert.equal(edit(result.bytes, [again], options).changes, [], JSON.stringify(again))
  }
}

test('bytes that are not UTF-8, and a byte order mark, stay', () => {
  const latin = Buffer.from('[s]\n# caf\xe9\na = 1\n', 'latin1')
  const { bytes } = editIni(latin, [{ set: 'a', section: 's', values: ['é'] }])
  assert.is(Buffer.from(bytes).toString('latin1'), '[s]\n# caf\xe9\na = \xe9\n')
  const marked = editKeyValue(Buffer.from('\uFEFFa=1\n'), [{ set: 'a', value: 2 }])
  assert.is(Buffer.from(marked.bytes).toString(), '\uFEFFa=2\n')
})

test('of an edit with a secret, no values are shown, nor is a value whose name says that it is one', () => {
  const shown = JSON.stringify([
    editIni(Buffer.from('[s]\npassword = old1\n'), [
      { set: 'password', section: 's', values: [secret('hunter2')] },
    ]).changes,
    editIni(Buffer.from('[s]\npassword = old1\n'), [{ set: 'password', section: 's', values: ['plain2'] }])
      .changes,
    editKeyValue(Buffer.from('TOKEN=old1\n'), [{ set: 'TOKEN', value: secret('hunter2') }]).changes,
    editKeyValue(Buffer.from('DB_PASSWORD=old1\n'), [{ set: 'DB_PASSWORD', value: 'plain2' }]).changes,
  ])
  assert.not.match(shown, /old1|hunter2|plain2/)
})

const refused: [title: string, action: () => unknown, code: string, says: RegExp][] = [
  [
    'an open quote',
    () => editKeyValue(Buffer.from('A=1\nB="x\n'), [{ set: 'A', value: 2 }]),
    'E_KEY_VALUE',
    /Line 2: the quote " is not closed/,
  ],
  [
    'a value of two lines',
    () => editKeyValue(Buffer.from(''), [{ set: 'A', value: 'x\ny' }]),
    'E_KEY_VALUE_EDIT',
    /edits\[0\]\.value: expected one line/,
  ],
  [
    'an option that would be a section',
    () => editIni(Buffer.from(''), [{ set: '[a', values: ['1'] }]),
    'E_INI_EDIT',
    /edits\[0\]\.set: expected the name of an option/,
  ],
  [
    'a quote in sshd_config',
    () => editSshd(Buffer.from('A\nB "x\n'), [{ remove: 'A' }]),
    'E_SSHD',
    /Line 2: a quote is not closed in "x/,
  ],
  [
    'two values where one counts',
    () => editSshd(Buffer.from(''), [{ set: 'UseDNS', values: [1, 2] }]),
    'E_SSHD_EDIT',
    /UseDNS takes one value/,
  ],
  [
    'values that an included file adds to',
    () => editSshd(Buffer.from(include), [{ set: 'AcceptEnv', values: ['X'] }], cloud),
    'E_SSHD_INCLUDED',
    /\/d\/60\.conf:1 adds values of AcceptEnv/,
  ],
  [
    'Include as a keyword',
    () => editSshd(Buffer.from(''), [{ set: 'Include', values: ['x'] }]),
    'E_SSHD_EDIT',
    /expected a keyword of sshd_config/,
  ],
  [
    'a key of another edit',
    () => editIni(Buffer.from(''), [{ set: 'a', values: ['1'], value: '1' } as IniEdit]),
    'E_INI_EDIT',
    /unknown key "value"/,
  ],
]

for (const [title, action, code, says] of refused) {
  test(`${title} is refused`, () => {
    assert.throws(
      action,
      (error: { code: string; message: string }) => error.code === code && says.test(error.message),
    )
  })
}

test.run()
