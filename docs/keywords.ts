// Describes the keywords of plays, blocks and tasks for docs/plays.md.

import type { PlaySpec } from '../src/model/play.ts'
import type { Retry } from '../src/model/sharedOptions.ts'
import type { BlockOptions, TaskOptions } from '../src/model/task.ts'

export type KeywordText = {
  /** In TypeScript. */
  readonly type: string
  readonly meaning: string
  /** The default, in words. */
  readonly byDefault?: string
  readonly example: string
  /** What differs in Ansible, or its name there if that is not the same in snake_case. */
  readonly ansible?: string
}

/** A keyword without a text does not compile. */
type TextsOf<T> = { readonly [K in keyof Required<T>]: KeywordText }

/** Only for plays. */
export const playTexts: TextsOf<Omit<PlaySpec<never, never>, keyof TaskOptions>> = {
  name: {
    type: 'string',
    meaning: 'The name in reports. Pending handlers are stored under it.',
    example: "name: 'Web servers'",
  },
  hosts: {
    type: 'string',
    meaning: 'A pattern that selects hosts and groups.',
    example: "hosts: 'web:!web-02'",
    ansible: 'a pattern that matches nothing is only a warning, not an error',
  },
  serial: {
    type: "number | '30%' | list of them",
    meaning:
      'How many hosts may change at once, batch by batch; the last entry of a list applies to all further batches. A percentage is of all hosts of the play, rounded down, at least one host; 0 means all remaining hosts. Only changes wait for their batch: all hosts are probed at once at the beginning, and a host that needs nothing is not probed again unless another host has changed something.',
    byDefault: 'all hosts',
    example: "serial: [1, '25%']",
    ansible: 'a batch finishes the whole play before the next one is contacted',
  },
  order: {
    type: "'inventory' | 'reverse_inventory' | 'sorted' | 'reverse_sorted' | 'shuffle'",
    meaning: 'The order of the hosts, which also decides who is in which batch.',
    byDefault: "'inventory'",
    example: "order: 'sorted'",
  },
  forks: {
    type: 'number',
    meaning: 'How many hosts run in parallel.',
    byDefault: '--forks, 100',
    example: 'forks: 20',
    ansible: 'not a keyword of plays; 5 by default',
  },
  anyErrorsFatal: {
    type: 'boolean',
    meaning:
      'When a host fails, the others finish their current task and start no further one. Hosts that did not finish are excluded from later plays.',
    byDefault: 'false',
    example: 'anyErrorsFatal: true',
    ansible: 'also allowed on blocks and tasks',
  },
  maxFailPercentage: {
    type: 'number',
    meaning:
      'The play ends when more than this percentage of the hosts in a batch have failed or become unreachable. With 0, any failure ends it.',
    byDefault: 'it ends when all hosts of a batch have failed',
    example: 'maxFailPercentage: 30',
  },
  forceHandlers: {
    type: 'boolean',
    meaning: 'A host that fails runs its notified handlers before it stops.',
    byDefault: '--force-handlers, or false: the handlers stay pending, and the next run runs them',
    example: 'forceHandlers: true',
    ansible: 'without it, the handlers of a failed host are lost',
  },
  waitForConnection: {
    type: 'number',
    meaning: 'For how many seconds to retry a host that cannot be reached yet, such as one that is booting.',
    byDefault: '0',
    example: 'waitForConnection: 300',
    ansible: 'a task, `wait_for_connection`',
  },
  vars: {
    type: 'zod schema',
    meaning:
      'The type of `host.vars`. The inventory is validated against it for all hosts before the first connection. A variable with a default may be missing from the inventory.',
    byDefault: 'any variables, of type unknown',
    example: 'vars: z.object({ port: z.int().default(8080) })',
    ansible: 'sets values; here, values come from the inventory or from TypeScript',
  },
  facts: {
    type: '{ [name]: probe }',
    meaning:
      'Facts of your own: the type of `host.facts`, and how to read them. They are read only on hosts whose tasks use them, before the tasks are created. `host.os`, `host.memory` and others are built in: see [facts.md](facts.md).',
    byDefault: 'none',
    example: 'facts: { java: stdout(sh`java -version 2>&1`) }',
    ansible: '`gather_facts`, which reads a fixed set',
  },
  needs: {
    type: 'needs | (host) => needs',
    meaning:
      'What the play needs of its hosts besides what its tasks need: programs with versions, free disk and memory, names, URLs and ports that it reaches, multicast, checks of your own. `run-playbook doctor` checks it without changing anything: see [doctor.md](doctor.md). A run does not look at it.',
    byDefault: 'none',
    example:
      "needs: ({ vars }) => ({ tools: [{ tool: 'openssl', version: '3.0' }], multicast: [vars.group] })",
    ansible: '`assert` tasks at the beginning of a play',
  },
  preTasks: {
    type: '(host) => list of tasks',
    meaning: 'Tasks that run first. Handlers that they notify run before `tasks` begins.',
    example: "preTasks: (host) => [jkActivation({ …, state: 'disabled' })]",
  },
  roles: {
    type: 'list of roles',
    meaning:
      'Roles, whose tasks run after those of `preTasks` and before `tasks`, without a flush of handlers in between. A role is what `defineRole` returns, called with parameters and options if it needs any, or a function of the host that returns tasks. Each defined role has variables, facts and handlers of its own: see [roles.md](roles.md).',
    byDefault: 'none',
    example: "roles: [nginx, users({ names: ['eve'] }, { tags: ['accounts'] })]",
    ansible: 'variables of a role are seen by the whole play',
  },
  tasks: {
    type: '(host) => list of tasks',
    meaning:
      'The tasks of a host. Lists may be nested and contain blocks. The function must be pure: it may be called more than once, with facts as they were last and as they are. Loops and conditions are TypeScript; roles may be items.',
    example: 'tasks: (host) => [role(host), host.groups.includes("web") && task({ … })]',
    ansible:
      'also `roles`, `loop`, `when` on a variable, `include_*` and `register`, which are no keywords here',
  },
  postTasks: {
    type: '(host) => list of tasks',
    meaning:
      'Tasks that run after the handlers notified by `tasks`. Handlers that they notify run after them.',
    example:
      "postTasks: ({ name }) => [command({ argv: ['lbctl', 'enable', name] }, { delegateTo: 'lb-01' })]",
  },
}

/** For plays, blocks and tasks; on a play or block they apply to all its tasks that do not set them. */
export const sharedTexts: TextsOf<
  Omit<PlaySpec<never, never>, keyof typeof playTexts> & Pick<TaskOptions, 'becomeMethod'>
> = {
  tags: {
    type: 'list of strings',
    meaning:
      'Labels for --tags and --skip-tags. `always` runs with any --tags, `never` only on request. Tags of plays, blocks and tasks add up.',
    example: "tags: ['config']",
  },
  become: {
    type: 'boolean | string',
    meaning:
      "true: run as the become user of the play or host (default root); a name: run as that user; false: run as the login user. A host's `ansible_become` overrides its play.",
    byDefault: '--become, false',
    example: "become: 'postgres'",
    ansible: 'two keywords, `become` and `become_user`',
  },
  becomeMethod: {
    type: "'sudo' | 'su' | 'doas'",
    meaning:
      "How to become another user. On a task or block it overrides everything else; on a play, the host's `ansible_become_method` overrides it.",
    byDefault: "--become-method, 'sudo'",
    example: "becomeMethod: 'doas'",
  },
  environment: {
    type: '{ [name]: string | secret }',
    meaning:
      'Environment variables for every command, including probes. For each variable the innermost setting wins. Values are sent on standard input, so ps does not show them.',
    example: "environment: { HTTPS_PROXY: 'http://proxy:3128' }",
  },
  timeout: {
    type: 'number',
    meaning:
      'After this many seconds a step is killed on the host, with its whole process group, and the task fails with E_TIMEOUT. It bounds each probe of the task too, `when` and reads of files included: E_PROBE_TIMEOUT, which names the files that hang.',
    byDefault: 'none',
    example: 'timeout: 600',
    ansible: 'ends the task on the controller; the process on the host may keep running',
  },
  unsafePaths: {
    type: 'boolean',
    meaning:
      'Lets the task follow paths that another user of the host could have changed. Otherwise a step out of a folder of one user into something of another (root and the own user excepted) is refused with E_UNSAFE_PATH, because the owner of the folder decides where it leads.',
    byDefault: 'false',
    example: 'unsafePaths: true',
    ansible: 'always follows such paths',
  },
  ignoreErrors: {
    type: 'boolean',
    meaning: 'A failure is reported as ignored, and the host continues.',
    byDefault: 'false',
    example: "command({ argv: ['app', 'warm-up'] }, { ignoreErrors: true })",
  },
  ignoreUnreachable: {
    type: 'boolean',
    meaning:
      'If the host (or its delegate) becomes unreachable during a task, that is reported as ignored, and the host reconnects for the next task.',
    byDefault: 'false',
    example: 'ignoreUnreachable: true',
  },
  noLog: {
    type: 'boolean',
    meaning: 'Changes, commands, their output and failure messages are neither shown nor recorded.',
    byDefault: 'false',
    example: 'noLog: true',
    ansible:
      'also needed for secrets, which are masked here if they come from a vault or are wrapped in `secret()`',
  },
  throttle: {
    type: 'number',
    meaning:
      'Limits how many hosts run this task at once, per occurrence in the playbook. Probes are not limited; a host that had to wait probes again, because the others may have changed something.',
    byDefault: 'only serial and forks limit it',
    example: 'throttle: 1',
  },
  runOnce: {
    type: 'boolean',
    meaning:
      'The first host of the batch runs the task. The others wait for it, report the task as skipped, and probe later tasks again if it changed something. If it fails, it fails on all of them, each with its own rescue or ignoreErrors. If that host has ended, or becomes unreachable before it changes anything, the next one takes over. Handlers are notified on the host that ran the task. Tasks created by one line in a loop are distinguished by their order.',
    byDefault: 'false',
    example: "command({ argv: ['app', 'migrate'] }, { runOnce: true })",
    ansible: 'if the first host becomes unreachable before the task starts, all fail',
  },
}

/** For blocks and tasks. */
export const blockTexts: TextsOf<Omit<BlockOptions, keyof typeof sharedTexts>> = {
  when: {
    type: 'probe of a boolean',
    meaning:
      'Skips the task if the answer is false. It is probed in the same trip as the task itself, and conditions of enclosing blocks must hold too. In check mode the task is unknown if the answer depends on a change that is only planned. Conditions on variables are TypeScript: `isEnabled && task(…)`.',
    example: 'when: succeeds(sh`test -e /etc/legacy`)',
    ansible: 'an expression over variables and registered results',
  },
  notify: {
    type: 'task | list of tasks',
    meaning:
      'Handlers to run on a host where the task changes something: in the order of their first notification, at the next flushHandlers(), between the sections of the play, or at its end. A handler is a task, given by reference; equal handlers, written where they are notified, count as one. Handlers that a failed or killed run did not reach run in the next one, which reports it.',
    example: 'notify: restart',
    ansible: 'by name or listened topic; a failed host loses the handlers that it did not reach',
  },
  delegateTo: {
    type: 'string',
    meaning:
      "Runs the task, including its probes, on this host of the inventory (or localhost), with that host's connection and become method. Result, changes and handlers belong to the task's own host; reports show `web-01 -> lb-01`. Probes of many hosts on one delegate share a trip. Their changes are made one after the other, each after a new probe. If the delegate becomes unreachable, the task fails, but not the host.",
    example: "delegateTo: 'lb-01'",
    ansible:
      'an unreachable delegate makes the host unreachable; as here, facts and variables are those of the host',
  },
  retry: {
    type: '{ attempts, delay?, backoff?, maxDelay?, until? }',
    meaning:
      'On a task: retries what failed, which is a probe, a step, or a final probe that still finds a difference. On a block: when one of its tasks fails, all of them run again, from the first one; see below.',
    byDefault: 'one attempt',
    example:
      'retry: { attempts: 10, delay: 2, backoff: 1.5, until: succeeds(sh`curl -fs localhost:8080/health`) }',
    ansible: '`retries`, `delay`, `until`, of a task only',
  },
  rescue: {
    type: 'list of tasks',
    meaning: 'For blocks: runs when a task of the block has failed. If it succeeds, the host continues.',
    example: 'block([deploy], { rescue: [rollBack] })',
  },
  always: {
    type: 'list of tasks',
    meaning: 'For blocks: always runs, after the others.',
    example: 'block([drain, deploy], { always: [enable] })',
  },
}

/** Only for tasks. */
export const taskTexts: TextsOf<Omit<TaskOptions, keyof typeof blockTexts | keyof typeof sharedTexts>> = {
  title: {
    type: 'string',
    meaning: 'Replaces the title of the task.',
    byDefault: "the task's name and what it acts on",
    example: "command({ argv: ['app', 'migrate'] }, { title: 'migrate the database' })",
    ansible: '`name`',
  },
}

/** For `retry`. */
export const retryTexts: TextsOf<Retry> = {
  attempts: {
    type: 'number',
    meaning: 'How many attempts in all, including the first.',
    example: 'retry: { attempts: 5 }',
    ansible: '`retries`',
  },
  delay: {
    type: 'number',
    meaning: 'Seconds to wait before the second attempt.',
    byDefault: '1',
    example: 'retry: { attempts: 5, delay: 10 }',
    ansible: '5 by default',
  },
  backoff: {
    type: 'number',
    meaning: 'Factor by which each pause is longer than the one before.',
    byDefault: '1',
    example: 'retry: { attempts: 6, delay: 1, backoff: 2 }',
  },
  maxDelay: {
    type: 'number',
    meaning: 'Maximum seconds of a pause.',
    byDefault: '60 with `backoff`, otherwise none',
    example: 'retry: { attempts: 20, delay: 1, backoff: 2, maxDelay: 30 }',
  },
  until: {
    type: 'probe of a boolean',
    meaning:
      'A condition that must hold after the task, or after the last task of the block, probed in the same trip as the final probe. A task that acts every time acts again until it holds; any other only waits. If nothing differs, it is probed with everything else and costs no trip. If it never holds, the task fails with E_UNTIL.',
    example: 'retry: { attempts: 10, until: succeeds(sh`app is-ready`) }',
    ansible: 'an expression over the registered result',
  },
}
