// Renders docs/plays.md, the reference of keywords.

import { blockTexts, type KeywordText, playTexts, retryTexts, sharedTexts, taskTexts } from './keywords.ts'

/** The text of the page. */
export function playsText(): string {
  return [
    '# Plays, blocks and tasks',
    '',
    'Generated from docs/keywords.ts by `npm run docs`. The parameters of each task are in [tasks.md](tasks.md).',
    '',
    '```ts',
    example,
    '```',
    '',
    paragraphs,
    '',
    ...section(
      'Keywords of a play',
      'Further keywords, which apply to all tasks of a play, follow below.',
      playTexts,
    ),
    ...section(
      'Keywords of plays, blocks and tasks',
      'On a play or block they apply to all its tasks, including `rescue` and `always`, and on a play to its handlers too. The innermost setting wins, even `false`.',
      sharedTexts,
    ),
    ...section(
      'Keywords of blocks and tasks',
      'The options of `block([…], options)`, and the second argument of a task.',
      blockTexts,
    ),
    ...section('Keywords of a task', 'Only in the second argument of a task.', taskTexts),
    lookSection,
    promptSection,
    ...section('`retry`', retryParagraphs, retryTexts),
  ].join('\n')
}

const example = `import { block, definePlay, flushHandlers, sh, succeeds, z } from 'run-playbook'
import { command, copyFile, httpCheck, service } from 'run-playbook/tasks'

const restart = service({ name: 'app', state: 'restarted' })

export default definePlay({
  name: 'Rollout',
  hosts: 'app',
  become: true,
  serial: [1, '25%'], // one host first, then a quarter of them at a time
  maxFailPercentage: 0,
  vars: z.object({ version: z.string() }),
  preTasks: ({ name }) => [
    command({ argv: ['lbctl', 'drain', name] }, { delegateTo: 'lb-01' }),
  ],
  tasks: ({ vars }) => [
    command({ argv: ['app-migrate', vars.version], creates: \`/var/lib/app/\${vars.version}\` }, { runOnce: true }),
    block([copyFile({ src: 'files/app.conf', dest: '/etc/app.conf' }, { notify: restart }), flushHandlers()], {
      rescue: [copyFile({ src: 'files/app.conf.old', dest: '/etc/app.conf' }, { notify: restart })],
    }),
    httpCheck(
      { url: 'http://localhost:8080/health' },
      { retry: { attempts: 10, delay: 1, backoff: 1.5, maxDelay: 20 } },
    ),
  ],
  postTasks: ({ name }) => [
    command(
      { argv: ['lbctl', 'enable', name] },
      { delegateTo: 'lb-01', retry: { attempts: 5, until: succeeds(sh\`lbctl is-up \${name}\`) } },
    ),
  ],
})`

const paragraphs = `Names are Ansible's in camelCase. An unknown keyword, a wrong value, or a delegate that is not in the inventory is an error, reported with its location before any host is contacted.

There are no strategies: hosts run a play independently, and wait for each other only because of \`serial\`, \`throttle\` and \`runOnce\`. A play ends on all hosts before the next one begins.`

const promptSection = `## Questions and pauses

\`\`\`ts
tasks: () => [
  prompt({ name: 'version', message: 'Which version?', pattern: /^\\d+\\.\\d+$/ }, (version) => deploy(version)),
  pause({ prompt: 'Look at the dashboard.' }),
  pause({ seconds: 30 }),
]
\`\`\`

\`prompt(question, (answer) => tasks, options)\` is an item of a task list that adds tasks, as a look does. The question is asked once per play, when all its hosts have reached it (with \`serial\`: all hosts of the first batch), and the answer holds for all hosts.

| \`question\` | |
| --- | --- |
| \`name\` | the variable of \`-e\` that answers without a question: \`-e version=1.2\` |
| \`message\` | the question; default: the name |
| \`default\` | the answer if the person only presses Enter, or if nobody can be asked |
| \`secret: true\` | what is typed is not shown, and the answer is a \`Secret\` |
| \`confirm: true\` | it has to be typed twice |
| \`choices\`, \`pattern\`, \`schema\` | which answers are valid: a list, a regular expression, or a zod schema, which also gives the answer its type (\`z.int()\`, \`z.boolean()\` for yes or no). After an invalid answer the question is asked again. |

The task [\`pause\`](tasks.md#pause) waits for a time or a person, once for all hosts of a batch; Ansible's \`vars_prompt\` and \`pause\` with \`register\` become \`prompt\`.

- Where nobody can be asked (no terminal, or CI), a prompt that neither \`-e\` nor a default answers, and a pause for a person without \`seconds\`, are errors before any host is contacted. In code, \`ask\` of [\`runPlaybook\`](library.md) answers.
- A dry run asks too, because the tasks depend on the answer; it does not wait at a pause. \`--list-tasks\` asks nothing. \`--resume\` and \`--start-at-task\` ask only the questions after the point where they begin; for a host that stopped at a task of a prompt, the prompt is asked again.
- Ctrl-C at a question ends the run in order, with exit code 130. The board disappears while a question is open.
- The events \`question\`, \`answer\` and \`pause\` say who was asked what; secrets are not in them.
`

const lookSection = `## Looks in the middle of a play

\`\`\`ts
tasks: () => [
  dnf({ name: ['app'] }),
  look(stdout(sh\`app --version\`, { reads: ['/usr/bin/app', 'packages'] }), (version) => [
    version.startsWith('1.') && command({ argv: ['app', 'migrate'] }),
  ]),
]
\`\`\`

\`look(what, (found) => tasks, options)\` is an item of a task list. \`what\` is a probe, as \`facts\` of a play takes them, the name of a [fact that is built in](facts.md) (\`look('mounts', (mounts) => …)\`, read again when its turn comes), or several of these by name: \`look({ user, mounts: 'mounts' }, ({ user, mounts }) => …)\`. The function gets what was found, typed, and returns tasks, blocks, roles, looks, or nothing. It must be pure. (It is not called \`then\`, because a module with an export of that name cannot be imported by \`import()\`.)

When a look is made:

- When its turn comes, after all tasks before it. If none of them changed anything since it was last probed, that result counts: a look is probed with all other tasks at the beginning of the play, and again after each change before it. So a look costs no trip of its own.
- The tasks that it gives are known only then, so they are probed in one further trip, together with whatever is not known yet about the tasks after them. A look that gives no tasks costs no trip; a look among the tasks of another look costs one more.
- With \`serial\` all hosts look at the beginning, when they are probed. A host that has to look again when its turn comes, because another host has changed something, gets its tasks from the function again.
- In a block with \`retry\`, each try looks again.

What applies to its tasks:

- They come right after it, in the same blocks: a failure leads to the same \`rescue\`. Its options apply to them as those of a block do, except \`title\` and \`retry\`. With \`runOnce\` each host looks, and one host runs the tasks.
- Facts that only its function uses are read when it is called.
- In a dry run the function gets what the planned changes would leave, if that is known. If it is not, the look is \`unknown\`, and so are the tasks that it would give now, each with the cause; and for later tasks anything may have changed, unless the look's option \`writes\` lists the paths. So declare in a probe's \`reads\` what it depends on.
- A look whose tags are not selected is skipped with its tasks. A look without tags is always made, since its tasks may have tags.
- \`--list-tasks\` shows the look, and that it gives tasks. \`--start-at-task\` can start at a look, but not at a task that it gives, which is known only once it has looked: that is refused before the run, with the name of the look to start at. \`--step\` asks for the look, then for each of its tasks. \`--resume\` starts at the look if the host stopped at one of its tasks.
- An exception in the function fails the look, with its line (E_FUNCTION).
`

const retryParagraphs = `Ctrl-C ends a pause immediately. Failed attempts of a task are shown with -v, failed tries of a block always.

A block is tried again as a whole: \`block([drain, deploy, check], { retry: { attempts: 3, delay: 10 } })\`.

- When a task of the block fails after its own retries, the host waits, probes again and goes back to the block's first task, but not to before the task at which the run started (--start-at-task, --resume). Tasks that are already done need nothing. \`rescue\` and \`always\` come after the last try, and are not retried.
- A failed try is reported with its error and what it was changing (\`retry\`, also as an event), and counts neither as failed nor as ignored. A task counts once in the recap, as changed if it changed something in any try. Handlers that a failed try notified run once, at their usual place.
- An inner block gets all its tries again in each try of the outer one. A task with \`runOnce\` that succeeded is not run again; one that failed is, while the other hosts go on waiting.
- A lost connection is not retried, nor is anything in a dry run: a failure leads to \`rescue\` there at once.
- \`--resume\` after an interruption between or during tries starts at the block's first task or at the task that was running.`

function section(title: string, text: string, keywords: { readonly [name: string]: KeywordText }): string[] {
  return [`## ${title}`, '', text, '', ...Object.entries(keywords).flatMap(keywordLines)]
}

function keywordLines([name, { type, meaning, byDefault, example: sample, ansible }]: [
  string,
  KeywordText,
]): string[] {
  return [
    `### ${name}`,
    '',
    meaning,
    '',
    `- Type: ${code(type)}`,
    ...(byDefault === undefined ? [] : [`- Default: ${byDefault}`]),
    `- Example: ${code(sample)}`,
    ...(ansible === undefined ? [] : [`- In Ansible: ${ansible}`]),
    '',
  ]
}

/** Quotes code, even if it contains backticks. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
