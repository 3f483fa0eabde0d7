// Writes the programs that answer for the described commands.

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quote } from '../../model/shell/command.ts'
import type { FakeAnswers } from './description.ts'
import { osParts } from './os.ts'
import { hostProgram, tools } from './root.ts'

/** Programs that such hosts have, so that a test has to say what they answer. */
const expected: { readonly [id: string]: string } = {
  '': 'systemctl busctl journalctl curl wget openssl useradd usermod userdel groupadd groupdel chpasswd crontab hostnamectl timedatectl sysctl mount umount reboot java git python3 perl make gcc ss iptables nft',
  rhel: 'rpm dnf yum firewall-cmd',
  debian: 'dpkg dpkg-query apt-get apt-cache apt',
  alpine: 'apk rc-service rc-update',
}

/** The programs of the described commands, and those that the host is expected to have. */
export function writeCommands(
  root: string,
  commands: { readonly [line: string]: FakeAnswers },
  os: string,
): void {
  const byProgram = new Map<string, [line: string, answers: FakeAnswers][]>()
  for (const program of expectedPrograms(os)) byProgram.set(program, [])
  for (const [line, answers] of Object.entries(commands).reverse()) {
    const [program = ''] = line.split(' ')
    byProgram.set(program, [...(byProgram.get(program) ?? []), [line, answers]])
  }
  for (const [program, lines] of byProgram) {
    const path = join(root, program.startsWith('/') ? program : `usr/bin/${program}`)
    mkdirSync(dirname(path), { recursive: true })
    rmSync(path, { force: true }) // the link to this machine's
    writeFileSync(path, programText(program, lines))
    chmodSync(path, 0o755)
  }
}

function expectedPrograms(os: string): string[] {
  const { id } = osParts(os)
  const families: { readonly [id: string]: string } = { ubuntu: 'debian', debian: 'debian', alpine: 'alpine' }
  const own = expected[families[id] ?? 'rhel'] ?? ''
  return `${expected['']} ${own}`
    .split(' ')
    .filter((name) => families[id] !== 'alpine' || name !== 'systemctl')
}

function programText(
  program: string,
  lines: readonly (readonly [line: string, answers: FakeAnswers])[],
): string {
  const real = tools.includes(program) ? hostProgram(program) : undefined
  const cases = lines.map(([line, answers]) => `  ${globPattern(line)})\n${answerText(answers)}\n    ;;\n`)
  const otherwise =
    real === undefined
      ? `printf '%s\\n' "$line" >>/.fake/unanswered; printf 'fakeHost has no answer for: %s\\n' "$line" >&2; exit 127`
      : `exec /.host${real} "$@"`
  return `#!/bin/sh
line=${quote(program)}\${*:+ $*}
has_run() { while read -r past; do case $past in $1) return 0 ;; esac; done </.fake/ran; return 1; }
[ -e /.fake/ran ] || : >/.fake/ran
case $line in
${cases.join('')}  *) ${otherwise} ;;
esac
printf '%s\\n' "$line" >>/.fake/ran
exit "$code"
`
}

/** Sets `code` and prints. The last answer whose \`after\` has been run applies. */
function answerText(answers: FakeAnswers): string {
  const list = (Array.isArray(answers) ? answers : [answers]) as readonly FakeAnswers[]
  const branches = list
    .map((each) =>
      typeof each === 'string' ? { stdout: each } : (each as { stdout?: string; after?: string }),
    )
    .reverse()
    .map((answer) => {
      const {
        stdout = '',
        stderr = '',
        code = 0,
        after,
      } = answer as {
        stdout?: string
        stderr?: string
        code?: number
        after?: string
      }
      const condition = after === undefined ? ':' : `has_run ${quote(globText(after))}`
      return `if ${condition}; then ${printing(stdout)} ${printing(stderr, ' >&2')} code=${code}`
    })
  return `    ${branches.join('\n    el')}\n    else code=0; fi`
}

function printing(text: string, to = ''): string {
  if (text === '') return ''
  return `printf '%s' ${quote(text.endsWith('\n') ? text : `${text}\n`)}${to};`
}

/** A pattern of \`case\`: only \`*\` is special. */
function globPattern(line: string): string {
  return line
    .split('*')
    .map((part) => (part === '' ? '' : `'${part.replaceAll("'", `'\\''`)}'`))
    .join('*')
}

/** The same where the pattern is the value of a variable. */
function globText(line: string): string {
  return line.replace(/[\\?[\]]/g, '\\$&')
}
