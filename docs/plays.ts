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

const retryParagraphs = `Ctrl-C ends a pause immediately. Failed attempts of a task are shown with -v, failed tries of a block always.

A block is tried again as a whole: \`block([drain, deploy, check], { retry: { attempts: 3, delay: 10 } })\`.

- When a task of the block fails after its own retries, the host waits, probes again and goes back to the block's first task, but not to before the task at which the run started (--start-at-task, --resume). What is done already then needs nothing. \`rescue\` and \`always\` come after the last try, and are not retried.
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
    ...(sample === undefined ? [] : [`- Example: ${code(sample)}`]),
    ...(ansible === undefined ? [] : [`- In Ansible: ${ansible}`]),
    '',
  ]
}

/** Quotes code, even if it contains backticks. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
