// Tests the task and docs commands.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const define = (name: string, keyword = `export const ${name} =`) => `
/**
 * Makes ${name}.
 *
 * @example ${name}({ path: '/tmp/x' })
 */
${keyword} defineTask({
  name: '${name}',
  summary: 'Makes an empty file.',
  params: z.strictObject({
    path: z.string().describe('The file.'),
    timeout: z.number().default(3).describe('Seconds.'),
    tone: z.enum(['warm', 'cool']).default('warm'),
  }),
  title: ({ path }) => path,
  probe: ({ path }) => ({ there: succeeds(sh\`test -e \${path}\`) }),
  plan: ({ path, timeout, tone }, { there }) =>
    there ? [] : [{ what: path, from: 'absent', to: \`\${timeout} \${tone}\`, steps: [run(sh\`touch \${path}\`)] }],
})
`
const imports = `import { defineTask, run, sh, succeeds, z } from 'run-playbook'\n`

const site = cliSite({
  'inventory.yaml': twoHosts,
  'touch.ts': imports + define('touch'),
  'default.ts': imports + define('', 'export default').replace("name: ''", "name: 'touched'"),
  'several.ts': imports + define('left') + define('right'),
  'none.ts': 'export const a = 1\n',
  'files/motd': 'Hello\n',
})
test.after(() => site.remove())

const here = (args: string) => runHere(site.path, args.split(' '))

const made = join(site.path, 'made')
const on = '-i inventory.yaml -l one'

const runs: readonly [title: string, args: string, says: RegExp][] = [
  [
    'A task by its name, its parameters as flags',
    `task copyFile --dest ${made} --content x ${on} --check`,
    /^one +would change +copyFile \S+made {3}absent → 1 byte/m,
  ],
  [
    'Flags of the run before the name',
    `task ${on} -C copyFile --dest ${made} --content x`,
    /^one +would change/m,
  ],
  ['A command that changes nothing', `task command true changed=false ${on} -v`, /^one +ok +command true$/m],
  [
    'A long command, whole with -v',
    `task command ${JSON.stringify(['true', 'a'.repeat(40), 'b'.repeat(40)])} ${on} -v`,
    /^one +changed +command true a+ b+… {3}not run → run\n +true a{40} b{40}$/m,
  ],
  [
    'Parameters as pairs, the first one without a name',
    `task copyFile ${made} content=x mode=0600 ${on} -C`,
    /^one +would change/m,
  ],
  [
    'All hosts without -l',
    `task copyFile ${made} content=x -i inventory.yaml -C`,
    /Nothing was changed\. 2 hosts: 2 would change\./,
  ],
  [
    'A source from the folder we are in',
    `task copyFile --src files/motd --dest ${made} ${on} -C -D`,
    /^ +\+Hello$/m,
  ],
  ['A task of a file', `task ./touch.ts --path ${made} ${on} -C`, /touch \S+made {3}absent → 3 warm/],
  [
    'A parameter that is named like a flag',
    `task ./touch.ts --path ${made} --timeout 9 -T 4 --tone cool ${on} -C`,
    /absent → 9 cool/,
  ],
  ['A task that is a default export', `task default.ts ${made} ${on} -C`, /touched \S+made/],
  ['One of several of a file', `task several.ts#right ${made} ${on} -C`, /right \S+made/],
  [
    'What would be listed',
    `task ./touch.ts ${made} ${on} --list-tasks`,
    /^touch {2}\(one\)\n {2}one\n {4}touch \S+made\n$/,
  ],
]

for (const [title, args, says] of runs) {
  test(title, async () => {
    const { code, stdout, stderr } = await here(args)
    assert.equal([code, stderr], [0, ''], stdout)
    assert.match(stdout, says)
    assert.not.match(stdout, /taskCommand/)
    assert.not.ok(existsSync(made))
  })
}

test('A task does what it says, and then nothing', async () => {
  const words = [
    'task',
    'copyFile',
    '--dest',
    join(site.path, 'greeting'),
    '--content',
    'a b\n',
    ...on.split(' '),
  ]
  const first = await runHere(site.path, words)
  assert.match(first.stdout, /^copyFile +1 host: 1 ok · 1 changed/m)
  assert.is(readFileSync(join(site.path, 'greeting'), 'utf8'), 'a b\n')
  const second = await runHere(site.path, words)
  assert.match(second.stdout, /^copyFile +1 host: 1 ok · 0 changed/m)
})

const refusals: readonly [title: string, args: string, says: string | RegExp][] = [
  [
    'A task that does not exist',
    `task copyFlie --dest x ${on}`,
    'No task "copyFlie".  E_UNKNOWN_TASK\n    Did you mean copyFile? List them: run-playbook docs\n',
  ],
  [
    "A module of Ansible's",
    `task ansible.builtin.lineinfile --path x ${on}`,
    /^No task "ansible\.builtin\.lineinfile"\. {2}E_UNKNOWN_TASK\n {4}Ansible's module ansible\.builtin\.lineinfile is called line here: run-playbook docs line\n/,
  ],
  [
    "A parameter of Ansible's",
    `task line --path x --search-string x ${on}`,
    /^line has no parameter "search-string"\. {2}E_UNKNOWN_PARAM\n {4}It is called search here\. List its parameters/,
  ],
  [
    'A function, which the command line cannot give',
    `task command true --failed x ${on}`,
    /failed: expected a function of the output, which takes a playbook, got "x"/,
  ],
  [
    'A parameter that does not exist',
    `task copyFile --dst x ${on}`,
    /^copyFile has no parameter "dst"\. {2}E_UNKNOWN_PARAM\n {4}Did you mean dest\? List its parameters: run-playbook task copyFile --help\n/,
  ],
  [
    'A parameter of the wrong type: no place, for it is in no file',
    `task copyFile --dest ${made} --content x --mode 9 ${on}`,
    `copyFile: mode: expected an octal mode such as '0644' or 0o644, a symbolic one such as 'u+rwX,go-w', or 'preserve', got "9"  E_PARAMS\n    List its parameters: run-playbook task copyFile --help\n1 error. No host was contacted.\n`,
  ],
  [
    'A parameter that is missing',
    `task copyFile --content x ${on}`,
    /^copyFile: dest: expected string, got nothing {2}E_PARAMS\n/,
  ],
  [
    'Parameter and inventory wrong: both are reported',
    'task copyFile --dst x -i nothing.yaml',
    /E_UNKNOWN_PARAM[\s\S]*E_NO_INVENTORY[\s\S]*2 errors\. No host was contacted\.\n$/,
  ],
  [
    'A file that is not there',
    `task ./tuch.ts ${on}`,
    'File not found: tuch.ts  E_NO_FILE\n    Did you mean touch.ts?\n',
  ],
  [
    'A file without a task',
    `task ./none.ts ${on}`,
    './none.ts exports no task.  E_NO_TASK\n    Export one: export default defineTask({ … })\n',
  ],
  [
    'A file with several',
    `task ./several.ts ${on}`,
    './several.ts exports several tasks: left, right.  E_NO_TASK\n    Choose one: ./several.ts#left\n',
  ],
  [
    'A page of a task that does not exist',
    'docs copyFlie',
    'No task "copyFlie".  E_UNKNOWN_TASK\n    Did you mean copyFile? List them: run-playbook docs\n',
  ],
]

for (const [title, args, says] of refusals) {
  test(title, async () => {
    const { code, stdout, stderr } = await here(args)
    assert.equal([code, stdout], [1, ''])
    if (typeof says === 'string') assert.is(stderr, says)
    else assert.match(stderr, says)
  })
}

const texts: readonly [args: string, says: readonly RegExp[]][] = [
  [
    'task copyFile --help',
    [
      /^Usage: run-playbook task copyFile \[/,
      /^ {2}--dest <string> +The file on the host; with a slash at the end, its folder\. Required\.$/m,
      /--mode <string\|integer\|preserve>/,
      /--follow <boolean> .*Default false\.$/m,
    ],
  ],
  ['task ./touch.ts -h', [/^ {2}--tone <warm\|cool> +Default 'warm'\.$/m]],
  ['docs', [/^copyFile +Writes a file, /m, /^firewallPort +Opens/m]],
  [
    'docs copyFile',
    [
      /^copyFile\n\nWrites a whole file atomically/,
      /^Errors: E_NO_SOURCE/m,
      /^ {4}copyFile\(\{ dest: '\/etc\/motd'/m,
      /^ {2}--dest <string> /m,
    ],
  ],
  [
    'docs ./touch.ts',
    [/^touch\n\nMakes touch\.\n\n {4}touch\(\{ path: '\/tmp\/x' \}\)\n\n {2}--path <string> /],
  ],
  ['docs touch.ts --markdown', [/^## touch\n/, /^\| `tone` \| `'warm' \\\| 'cool'` \| `'warm'` \| {2}\|$/m]],
]

for (const [args, says] of texts) {
  test(`run-playbook ${args}`, async () => {
    const { code, stdout, stderr } = await here(args)
    assert.equal([code, stderr], [0, ''])
    for (const text of says) assert.match(stdout, text)
  })
}

test.run()
