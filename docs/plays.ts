// Renders docs/plays.md, the reference of keywords.

import { blockTexts, type KeywordText, playTexts, retryTexts, sharedTexts, taskTexts } from './keywords.ts'

/** The page, made of the keywords' texts. */
export function playsText(): string {
  return [
    '# Plays, blocks and tasks',
    '',
    'Made of docs/keywords.ts by `npm run docs`. The parameters of each task are in [tasks.md](tasks.md).',
    '',
    '```ts',
    example,
    '```',
    '',
    paragraphs,
    '',
    ...section('Keywords of a play', 'What else holds for all its tasks stands below.', playTexts),
    ...section(
      'Keywords of plays, blocks and tasks',
      'On a play or a block they hold for all its tasks, `rescue` and `always` included, and on a play for its handlers too. The innermost word counts, also `false`.',
      sharedTexts,
    ),
    ...section(
      'Keywords of blocks and tasks',
      'The options of `block([…], options)`, and of a task as its second argument.',
      blockTexts,
    ),
    ...section('Keywords of a task', 'The second argument of a task alone.', taskTexts),
    ...section('`retry`', 'Ctrl-C ends a pause at once. Each failed attempt is told with -v.', retryTexts),
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

const paragraphs = `Names are Ansible's in camelCase. A keyword that there is not, or that has a wrong value, is an error with its place before any host is contacted, and so is a delegate that the inventory does not have.

There are no strategies: hosts go through a play independently of one another, and only \`serial\`, \`throttle\` and \`runOnce\` let one wait for another. A play ends on all hosts before the next begins.`

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

/** As code, whatever quotes it holds. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}
