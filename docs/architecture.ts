// ARCHITECTURE.md: what is said by hand, and the tree.

import { treeLines } from './tree.ts'

/** The whole text of ARCHITECTURE.md for the project in `root`. */
export function architectureText(root: string): string {
  return `${said}\n## The tree\n\nEach line is the file's own opening sentence; \`npm run docs\` writes this page.\n\n\`\`\`\n${treeLines(root).join('\n').trimEnd()}\n\`\`\`\n`
}

const said = `# Architecture

One idea: a task is a pure function. \`probe\` says as data what to read on a host, \`plan\` compares what came back with
what was asked for and gives changes: from, to, and steps as data. The engine alone talks to hosts.

## How a run goes

1. \`cli\` loads playbooks (jiti) and inventory, binds plays to hosts, checks all variables and makes all tasks. Whatever
   is wrong is shown at once, before any host is contacted.
2. \`engine/run\` takes one play after the other, \`engine/play\` its hosts at once; \`turns\` lets them change in batches
   (\`serial\`), while all may look; \`lookAhead\` looks at the hosts of later plays meanwhile.
3. \`engine/converge\` takes one host through its tasks, \`handling\` one of them to its end: \`lookout\` asks (one *trip* per
   user and delegate, for as many tasks as \`window\` allows, the first time for all, those of later plays included),
   \`judge\` compares each task as soon as its answers are in, \`attempt\` has \`act\` carry out the steps and ask again in
   the same trip, as often as the task says. A task that still differs has not converged. In check mode \`foresight\`
   stands in for the steps. What hosts share in a play, \`turns\`, \`throttle\` and \`runOnce\`, lets one wait for another.
4. \`wire\` makes one POSIX sh script of steps and probes (\`script\`, \`files\`, \`stepScript\`) and splits the bytes that come
   back (\`frame\`). Pure text, no socket.
5. \`transport\` reaches a host and gives long-lived shells, as the login user or another. Bytes only.
6. Everything that happens is an event (\`model/event\`); \`report\` and \`journal\` listen. A later run can go on with what the
   journal kept: \`journal/progress\` says how far each host came, \`cli/resume\` where it begins.

## Where does a line go?

| It … | goes to |
| --- | --- |
| builds shell text | \`wire\`, or the task's probe |
| touches a socket or a process | \`transport\` |
| decides whether something differs | the task's \`plan\` |
| orders, retries, runs at once | \`engine\` |
| writes for people or machines | \`report\` |
| handles argv and exit codes | \`cli\` |
| edits a text losslessly | \`formats\` |

Imports go one way: model ← formats, wire, inventory, journal, report ← engine ← cli; the engine knows the transport as an
interface. \`test/architecture.test.ts\` holds the list and fails on a cycle.
`
