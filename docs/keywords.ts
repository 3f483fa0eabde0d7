// Describes the keywords of plays, blocks and tasks for docs/plays.md.

import type { PlaySpec } from '../src/model/play.ts'
import type { BlockOptions, Retry, TaskOptions } from '../src/model/task.ts'

export type KeywordText = {
  /** As TypeScript writes it. */
  readonly type: string
  readonly meaning: string
  /** Where nothing is said. */
  readonly byDefault?: string
  readonly example?: string
  /** What is otherwise in Ansible, or its name there where that is not the same in snake_case. */
  readonly ansible?: string
}

type TextsOf<T> = { readonly [K in keyof Required<T>]: KeywordText }

/** Of plays alone. */
export const playTexts: TextsOf<Omit<PlaySpec<never, never>, keyof TaskOptions>> = {
  name: { type: 'string', meaning: 'What reports call the play, and handlers that are owed are kept by.' },
  hosts: {
    type: 'string',
    meaning: 'A pattern of hosts and groups.',
    example: "hosts: 'web:!web-02'",
    ansible: 'a pattern that matches nothing is an error',
  },
  serial: {
    type: "number | '30%' | list of them",
    meaning:
      "How many hosts may change at once: batch after batch, the last entry of a list for all hosts that are left. A percentage is one of all the play's hosts, rounded down, at least one; 0 is all that are left. Only changes wait: the first look goes to all hosts at once, and a host that has nothing to do, while no other has changed anything, costs no second one.",
    byDefault: 'all hosts',
    example: "serial: [1, '25%']",
    ansible: 'a batch goes through the whole play before the next is even looked at',
  },
  order: {
    type: "'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle'",
    meaning: 'In which order the hosts come, and with it who is in which batch.',
    byDefault: "'inventory'",
    example: "order: 'sorted'",
  },
  forks: {
    type: 'number',
    meaning: 'How many hosts are worked on at once.',
    byDefault: '--forks, 100',
    ansible: 'no keyword of a play; 5 by default',
  },
  anyErrorsFatal: {
    type: 'boolean',
    meaning:
      'When a host fails, no other starts another task; what a host has begun it ends. Hosts that were not gone through take no part in later plays.',
    byDefault: 'false',
    ansible: 'may stand on a block or task too',
  },
  maxFailPercentage: {
    type: 'number',
    meaning:
      'The play ends when more than this share of the hosts of a batch has failed, or was lost. 0: any failure ends it.',
    byDefault: 'it ends when all hosts of a batch have failed',
    example: 'maxFailPercentage: 30',
  },
  forceHandlers: {
    type: 'boolean',
    meaning: 'A host that fails runs the handlers that were notified on it before it stops.',
    byDefault: '--force-handlers, false: they are owed, and the next run makes up for them',
    ansible: 'without it handlers of a host that failed are lost',
  },
  waitForConnection: {
    type: 'number',
    meaning: 'Seconds for which a host that cannot be reached yet is tried again: one that is starting.',
    byDefault: '0',
    ansible: 'a task, wait_for_connection',
  },
  vars: {
    type: 'zod schema',
    meaning:
      'Types `host.vars`, and is checked against the inventory for all hosts before the first connection. With a default, a variable need not stand there.',
    byDefault: 'any variables, of unknown types',
    example: 'vars: z.object({ port: z.int().default(8080) })',
    ansible: 'gives values; ours stand in the inventory, or in TypeScript',
  },
  facts: {
    type: '{ [name]: probe }',
    meaning: 'Types `host.facts`: read before the tasks are made, on hosts whose tasks look at them.',
    byDefault: 'none, at no cost',
    example: 'facts: { java: stdout(sh`java -version 2>&1`) }',
    ansible: 'gather_facts, which reads all of them',
  },
  preTasks: {
    type: '(host) => list of tasks',
    meaning: 'What comes first. Handlers that it notified run before `tasks` begin.',
    example: "preTasks: (host) => [jkActivation({ …, state: 'disabled' })]",
  },
  tasks: {
    type: '(host) => list of tasks',
    meaning:
      'The tasks of a host, lists of lists and blocks among them. Pure: it may be called more than once. Loops, conditions and roles are TypeScript.',
    example: 'tasks: (host) => [role(host), host.groups.includes("web") && task({ … })]',
    ansible: '`roles`, `loop`, `when` on a variable, `include_*` and `register` have no keyword here',
  },
  postTasks: {
    type: '(host) => list of tasks',
    meaning:
      'What comes when the handlers notified by `tasks` have run; those that it notifies run behind it.',
  },
}

/** Of plays, blocks and tasks: on a play or block they hold for all its tasks that say nothing themselves. */
export const sharedTexts: TextsOf<
  Omit<PlaySpec<never, never>, keyof typeof playTexts> & Pick<TaskOptions, 'becomeMethod'>
> = {
  tags: {
    type: 'list of strings',
    meaning:
      '--tags and --skip-tags go by them. `always` runs whatever is asked for, `never` only if it is asked for. Those of plays, blocks and tasks add up.',
    example: "tags: ['config']",
  },
  become: {
    type: 'boolean | string',
    meaning:
      "true: as the become user of play or host (root if none); a name: as that user; false: as the login user. A host's `ansible_become` is stronger than its play.",
    byDefault: '--become, false',
    example: "become: 'postgres'",
    ansible: 'two keywords, become and become_user',
  },
  becomeMethod: {
    type: "'sudo' | 'su' | 'doas'",
    meaning:
      "How. On a task or block it is stronger than anything; on a play weaker than the host's `ansible_become_method`.",
    byDefault: "--become-method, 'sudo'",
  },
  environment: {
    type: '{ [name]: string | secret }',
    meaning:
      'Environment of every command, probes included. Variable by variable the innermost counts. It travels on standard input: no ps shows it.',
    example: "environment: { HTTPS_PROXY: 'http://proxy:3128' }",
  },
  timeout: {
    type: 'number',
    meaning:
      'Seconds after which a step is killed, with its whole process group on the host. The task fails with E_TIMEOUT.',
    byDefault: 'none',
    ansible: 'ends the task on the controller; what runs on the host may go on',
  },
  ignoreErrors: {
    type: 'boolean',
    meaning: 'A failure is reported as ignored, and the host goes on.',
    byDefault: 'false',
  },
  ignoreUnreachable: {
    type: 'boolean',
    meaning:
      'The loss of the host during a task (or of its delegate) is reported as ignored, and the host goes on with the next task, connecting again.',
    byDefault: 'false',
  },
  noLog: {
    type: 'boolean',
    meaning: "Neither changes' texts, nor commands, nor what they say, nor why they failed is told or kept.",
    byDefault: 'false',
    ansible:
      'secrets are masked here without it, wherever they come from a vault or are wrapped by `secret()`',
  },
  throttle: {
    type: 'number',
    meaning:
      'At most so many hosts at once carry out a task. It counts for each place in the playbook by itself. All may look; who had to wait looks again, as the others may have changed what it saw.',
    byDefault: 'no limit but serial and forks',
    example: 'throttle: 1',
  },
  runOnce: {
    type: 'boolean',
    meaning:
      'The first host of the batch carries the task out; the others wait for it at that place, pass it as skipped, and look again at what follows if it changed something. If it fails, it fails on all of them, each with its own rescue or ignoreErrors. Where that host has ended, or was lost before it changed anything, the next one does it. Handlers are notified on the host that carried it out. Tasks that one line makes in a loop are told apart by their order.',
    byDefault: 'false',
    ansible: 'the loss of the first host while the task has not begun fails all',
  },
}

/** Of blocks and tasks. */
export const blockTexts: TextsOf<Omit<BlockOptions, keyof typeof sharedTexts>> = {
  when: {
    type: 'probe of a boolean',
    meaning:
      "Skips where the answer is false. It is asked in the trip of the task's own probes; those of blocks around it must hold too. In check mode the task is unknown where the answer depends on what is only planned. A condition on variables is TypeScript: `isWanted && task(…)`.",
    example: 'when: succeeds(sh`test -e /etc/legacy`)',
    ansible: 'an expression over variables and registered results',
  },
  notify: {
    type: 'task | list of tasks',
    meaning:
      'Handlers that run, in the order of their first notification, at the next flushHandlers(), between the sections of the play, or at its end, on a host on which the task changed something. A handler is a task, by reference; two that are the same, written where they are notified, are one. Handlers that a failed or killed run did not come to run in the next one, which says so.',
    example: 'notify: restart',
    ansible: 'by name or listened topic; a handler that a failed host did not come to is lost',
  },
  delegateTo: {
    type: 'string',
    meaning:
      "A host of the inventory (or localhost) on which the task is looked at and carried out, with that host's connection and its way to become another user. Result, changes and handlers count for the task's own host; reports say `web-01 -> lb-01`. Probes of many hosts on one delegate share a trip. Their changes there are made one after the other, each after another look. A delegate that is lost fails the task, not the host.",
    example: "delegateTo: 'lb-01'",
    ansible:
      'a delegate that is lost makes the host unreachable; facts and variables stay those of the host, as here',
  },
  rescue: {
    type: 'list of tasks',
    meaning: 'Of a block: runs when one of its tasks has failed. If it ends well, the failure is forgiven.',
    example: 'block([deploy], { rescue: [rollBack] })',
  },
  always: { type: 'list of tasks', meaning: 'Of a block: runs in any case, behind the others.' },
}

/** Of tasks alone. */
export const taskTexts: TextsOf<Omit<TaskOptions, keyof typeof blockTexts | keyof typeof sharedTexts>> = {
  title: {
    type: 'string',
    meaning: 'Replaces the title shown.',
    byDefault: "the task's name and what it is about",
    ansible: 'name',
  },
  retry: {
    type: '{ attempts, delay?, backoff?, maxDelay?, until? }',
    meaning: 'Tries again what failed: a look, a step, or a second look that still differs. See below.',
    byDefault: 'one attempt',
    example:
      'retry: { attempts: 10, delay: 2, backoff: 1.5, until: succeeds(sh`curl -fs localhost:8080/health`) }',
    ansible: 'retries, delay, until',
  },
}

/** Of `retry`. */
export const retryTexts: TextsOf<Retry> = {
  attempts: { type: 'number', meaning: 'How often in all, the first time included.', ansible: 'retries' },
  delay: {
    type: 'number',
    meaning: 'Seconds until the second attempt.',
    byDefault: '1',
    ansible: '5 by default',
  },
  backoff: {
    type: 'number',
    meaning: 'Each pause is so many times as long as the one before.',
    byDefault: '1',
  },
  maxDelay: {
    type: 'number',
    meaning: 'Seconds that no pause exceeds.',
    byDefault: '60 with `backoff`, else none',
  },
  until: {
    type: 'probe of a boolean',
    meaning:
      'What must hold when the task is done, asked in the trip of the second look. A task that acts each time acts again until it does; any other waits. In a run in which nothing differs it is asked with everything else, and costs no trip. If it never holds, the task fails with E_UNTIL.',
    ansible: 'an expression over the registered result',
  },
}
