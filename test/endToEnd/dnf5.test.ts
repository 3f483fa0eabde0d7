// A host of the lab with dnf 5, and the tasks that need dnf.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { artifactFolder, cachedArtifact } from '../../lab/artifacts/artifactCache.ts'
import { flavours } from '../../lab/flavours.ts'
import { down, type Lab, up } from '../../lab/lab.ts'
import { exists } from '../../lab/machine/exists.ts'
import { noLog } from '../../lab/machine/log.ts'
import { prepareMachine } from '../../lab/machine/prerequisites.ts'
import type { TaskList } from '../../src/index.ts'
import { dnf } from '../../tasks/index.ts'
import { dnf5Topics } from './dnf5Rows.ts'
import { type LabSite, labSite, playbookText } from './labSite.ts'
import { checkRow, checkTrips, runTopic, type TopicResult } from './topicRuns.ts'

const name = 'e2e-dnf5'
const host = 'dnf-01'

/** What fails, and how a run says so; a dry run cannot see all of it. */
const failures: readonly {
  readonly title: string
  readonly setup?: string
  readonly tasks: () => TaskList
  readonly error: readonly [code: string, message: RegExp]
  readonly isSeenInDryRun: boolean
}[] = [
  {
    title: 'a module',
    tasks: () => [dnf({ name: '@lab-db:15/server' })],
    error: ['E_NO_MODULES', /^@lab-db:15\/server names a module/],
    isSeenInDryRun: true,
  },
  {
    title: 'a script that fails',
    tasks: () => [dnf({ name: 'broken' })],
    error: ['E_PACKAGE_SCRIPT', /^The script %pre of broken-1\.0-1\.noarch failed\.$/],
    isSeenInDryRun: false,
  },
  {
    title: 'a package that is not signed',
    tasks: () => [dnf({ name: 'gamma', disablerepo: '*', enablerepo: 'signed' })],
    error: ['E_GPG', /^The signature of gamma-1\.0-1\.noarch cannot be verified: /],
    isSeenInDryRun: false,
  },
]

/** In CI the image is made; elsewhere its half a minute, and its 200 MB, are only spent on request. */
async function whyNoImage(): Promise<string | undefined> {
  const { image } = flavours.dnf5
  if (await exists(artifactFolder(image))) return undefined
  if (process.env.CI === undefined)
    return 'its image is not made yet: npm run lab -- up --flavour dnf5 makes it'
  return prepareMachine(noLog)
    .then(() => cachedArtifact(image, noLog))
    .then(
      () => undefined,
      (error: Error) => `its image cannot be made: ${error.message}`,
    )
}

let lab: Lab
let site: LabSite
let inventory: string
const results: TopicResult[] = []
const why = await whyNoImage()
if (why !== undefined) test.skip(`A host with dnf 5: ${why}`)
else addTests()

function addTests(): void {
  test('a fresh lab of the flavour dnf5 comes up, and its facts name dnf5', async () => {
    lab = await up(name, { flavour: 'dnf5', isFresh: true })
    site = labSite(lab)
    inventory = site.inventory('inventory', { [host]: {} })
    const { stdout } = await site.command('facts', '-i', inventory)
    assert.match(stdout, /packageManager +dnf5/)
  })

  for (const topic of dnf5Topics) {
    test(`${topic.name}: all rows run, and one trip shows that nothing is to be done`, async () => {
      const result = await runTopic(site, host, inventory, topic)
      results.push(result)
      checkTrips(topic, result)
    })
    for (const row of topic.rows)
      test(`${topic.name}: ${row.title}`, () => checkRow(row, results[dnf5Topics.indexOf(topic)]!))
  }

  for (const { title, tasks, error, isSeenInDryRun } of failures)
    test(`dnf fails for ${title}${isSeenInDryRun ? ', in a dry run already' : ''}`, async () => {
      await site.on(host, 'rpm -e gamma')
      const playbook = site.write(`${error[0]}.ts`, playbookText({ name: title, tasks }))
      await fails(playbook, error, ...(isSeenInDryRun ? ['--check'] : []))
    })

  test('dnf does not wait for another for longer than lockTimeout', async () => {
    await site.on(
      host,
      '(setsid dnf -y install slow >/dev/null 2>&1 &); for i in $(seq 600); do [ -e /srv/t/slow ] && break; sleep 0.1; done',
    )
    const tasks = () => [dnf({ name: 'bzip2', lockTimeout: 0 })]
    const playbook = site.write('locked.ts', playbookText({ name: 'locked', tasks }))
    await fails(playbook, ['E_PACKAGE_LOCK', /^Another dnf or rpm is running \(pid \d+\)\.$/])
    assert.is((await site.on(host, 'rpm -q bzip2')).stdout, 'package bzip2 is not installed\n')
  })

  test('the lab goes down', async () => {
    site.remove()
    await down(name, { isPurge: true })
  })
}

async function fails(
  playbook: string,
  [code, message]: readonly [code: string, message: RegExp],
  ...words: readonly string[]
): Promise<void> {
  const { lines } = await site.run(playbook, '-i', inventory, '-l', host, ...words)
  const error = lines.find(({ event, status }) => event === 'taskEnd' && status === 'failed')?.error
  assert.is(error?.code, code)
  assert.match(error?.message ?? '', message)
}

test.run()
