// Tests that no script uses options that the programs of RHEL 8 do not have.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The option, the version that brought it, by the program's news or manual, and how a script would use it. */
type Newer = readonly [since: string, pattern: RegExp, sample: string]

/** RHEL 8: coreutils 8.30. */
const coreutils: Newer[] = [
  ['9.5', /\bmv\b.* --exchange\b/, 'mv -T --exchange -- a b'],
  ['9.2', /\bmv\b.* --no-copy\b/, 'mv --no-copy a b'],
  ['9.3', /\b(?:cp|mv)\b.* --update=/, 'cp -a --update=none a b'],
  ['9.5', /\bcp\b.* --keep-directory-symlink\b/, 'cp -R --keep-directory-symlink a b'],
  ['9.5', /\benv (?:-a |.*--argv0\b)/, 'env --argv0=x y'],
  ['8.31', /\benv\b.* --(?:default|ignore|block|list)-signal\b/, 'env --default-signal=PIPE x'],
  ['9.5', /\bchgrp\b.* --from\b/, 'chgrp --from=:a b c'],
  ['9.2', /\bwc\b.* --total\b/, 'wc -c --total=never x'],
  ['9.0', /\bcksum (?:-a\b|--(?:algorithm|base64|raw)\b)/, 'cksum -a sha256 x'],
  ['8.31', /\bbasenc /, 'basenc --base16 x'],
  ['9.0', /\bstat\b.*%[HL][dr]\b/, "stat -c '%Hd' x"],
  ['9.0', /\bls\b.* --(?:zero|sort=(?:width|name)|time=birth)\b/, 'ls --zero'],
  ['9.1', /\bdd\b.* (?:iseek|oseek)=/, 'dd if=x iseek=1'],
  ['9.1', /\bdate\b.* --resolution\b/, 'date --resolution'],
  ['9.6', /\btimeout -[fp]\b/, 'timeout -f 3 x'],
  ['9.8', /\brealpath -E\b/, 'realpath -E x'],
  ['9.11', /\bcut -[wOF]\b/, 'cut -w -f 1'],
]

/** RHEL 8: systemd 239. */
const systemd: Newer[] = [
  ['240', /\b(?:busctl|ask)\b.* (?:--json|-j)\b/, 'busctl --json=short call x'],
  ['240', /is-system-running\b.*--wait\b/, 'systemctl is-system-running --wait'],
  [
    '243',
    /\bsystemctl (?:clean|freeze|thaw|mount-image|bind|service-log-level|whoami|soft-reboot)\b/,
    'systemctl clean x',
  ],
  ['246', /\bsystemctl show\b.* -P\b/, 'systemctl show -P MainPID x'],
  ['247', /\bsystemctl\b.* --timestamp\b/, 'systemctl show --timestamp=unix x'],
  [
    '253',
    /\bsystemctl\b.* --(?:drop-in|stdin|when|what|check-inhibitors)\b/,
    'systemctl edit --drop-in=x --stdin y',
  ],
  [
    '242',
    /\bjournalctl\b.* --(?:cursor-file|namespace|facility|truncate-newline|invocation)\b/,
    'journalctl --facility=auth',
  ],
  [
    '240',
    /\bsystemd-analyze (?:security|condition|exit-status|compare-versions|unit-files|timestamp)\b/,
    'systemd-analyze security x',
  ],
  [
    '250',
    /\bsystemd-analyze verify\b.* --(?:recursive-errors|offline|image|root)\b/,
    'systemd-analyze verify --recursive-errors=no x',
  ],
  ['249', /\bhostnamectl (?:hostname|deployment|location|icon-name)\b/, 'hostnamectl hostname x'],
  [
    '240',
    /\bsystemd-run\b.* --(?:working-directory|same-dir|shell|slice-inherit|expand-environment|json)\b/,
    'systemd-run --working-directory=/ x',
  ],
]

/** RHEL 8: util-linux 2.32, tar 1.30, findutils 4.6, sed 4.5, gawk 4.2. */
const tools: Newer[] = [
  [
    '2.33',
    /\blsblk\b.*\b(?:FSAVAIL|FSUSE%|FSSIZE|FSUSED|FSVER|FSROOTS|MOUNTPOINTS|PARTN|START)\b/,
    'lsblk -o NAME,FSAVAIL',
  ],
  [
    '2.34',
    /\bunshare\b.* --(?:root|wd|setuid|setgid|keep-caps|map-(?:user|users|group|groups|current-user|auto))\b/,
    'unshare -r --map-current-user x',
  ],
  ['2.33', /\bsetpriv\b.* --(?:pdeathsig|reset-env|landlock)/, 'setpriv --pdeathsig KILL x'],
  ['2.33', /\bsetsid (?:-f|--fork)\b/, 'setsid -f x'],
  ['2.35', /\bscript\b.* --(?:log-|echo\b)/, 'script -q --log-out x'],
  ['2.35', /\bmountpoint\b.* --nofollow\b/, 'mountpoint --nofollow x'],
  ['1.31', /\btar\b.* --zstd\b/, 'tar --zstd -xf x'],
  ['4.9', /\bfind\b.* -files0-from\b/, 'find -files0-from x'],
  ['4.7', /\bxargs\b.* (?:-o|--open-tty)\b/, 'xargs -0 -o vi'],
  ['4.6', /\bsed\b.* --debug\b/, 'sed --debug s/a/b/'],
  ['5.3', /\bg?awk\b.* (?:--csv|-k)\b/, 'awk --csv 1 x'],
]

/** RHEL 8: curl 7.61, git 2.18, OpenSSH 8.0. */
const clients: Newer[] = [
  [
    '7.67',
    /\bcurl\b.* --(?:no-progress-meter|fail-with-body|retry-all-errors|output-dir|create-file-mode|remove-on-error|json|rate|variable)\b/,
    'curl --fail-with-body x',
  ],
  ['7.70', /%(?:\{json\}|header\{)/, "curl -w '%{json}' x"],
  ['2.23', /\bgit (?:switch|restore|maintenance|sparse-checkout)\b/, 'git switch main'],
  ['2.28', /\bgit init\b.* (?:-b|--initial-branch)\b/, 'git init -q -b main'],
  ['2.31', /\bGIT_CONFIG_(?:COUNT|KEY|VALUE)|--path-format\b/, 'GIT_CONFIG_COUNT=1 git x'],
  [
    '2.26',
    /\bgit config\b.* (?:--show-scope|--fixed-value)\b|\bgit config (?:get|set|unset|list)\b/,
    'git config get x',
  ],
  ['9.3', /\bsshd -G\b/, 'sshd -G'],
  ['8.1', /\bssh-keygen\b.* -Y\b/, 'ssh-keygen -Y sign x'],
  ['8.7', /\bscp -[Os]\b/, 'scp -O x y:'],
]

/** RHEL 8: shadow 4.6, cronie 1.5, policycoreutils 2.9, sudo 1.8.29, rpm 4.14, Python 3.6. */
const administration: Newer[] = [
  [
    '4.7',
    /'?\b(?:useradd|usermod|groupadd|groupmod)\b.* (?:--badname|--add-subids-for-system|--users|--subids)\b/,
    'useradd --badname x',
  ],
  ['4.14', /\busermod\b.* -r?[aG]*r[aG]*\b/, 'usermod -rG a b'],
  ['1.7', /\bcrontab\b.* -T\b/, 'crontab -T x'],
  ['3.4', /\b(?:restorecon|setfiles)\b.* -T ?\d/, 'restorecon -R -T 0 x'],
  ['1.9', /\bsudo\b.* (?:-[DRN]|--chdir|--chroot|--no-update)\b/, 'sudo -D /x y'],
  ['1.9', /\bvisudo\b.* -[IOP]\b/, 'visudo -c -O -f x'],
  ['4.20', /\brpmkeys\b.* --(?:delete|list|rebuild|export)\b/, 'rpmkeys --list'],
  ['3.7', /\bsubprocess\.run\(.*\b(?:capture_output|text)=/, 'subprocess.run(x, text=True)'],
  ['3.8', /\((?:\w+) := |\.remove(?:pre|suf)fix\(/, 'if (x := y):'],
]

const newer = [...coreutils, ...systemd, ...tools, ...clients, ...administration]

/** Where a script does something else if it is not there. */
const fallbacks: readonly (readonly [file: string, text: string])[] = [
  // Then firewall-cmd is read. After the first call it is known to be there.
  ['tasks/network/zoneReading.ts', '--json=short'],
]

test('each pattern finds what it is for', () => {
  for (const [since, pattern, sample] of newer) assert.match(sample, pattern, since)
})

test('scripts for hosts use nothing that RHEL 8 does not have', () => {
  const found = ['src', 'tasks', 'playbooks'].flatMap(sourceFiles).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line }) => !fallbacks.some(([path, text]) => path === file && line.includes(text)))
      .flatMap(({ line, place }) =>
        newer
          .filter(([, pattern]) => pattern.test(line))
          .map(([since]) => `${place}: ${line.trim()} (since ${since})`),
      ),
  )
  assert.equal(found, [])
})

test('the exceptions are still there', () => {
  for (const [file, text] of fallbacks) assert.ok(readFileSync(join(root, file), 'utf8').includes(text), file)
})

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

test.run()
