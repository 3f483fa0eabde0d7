// The host with SELinux that the runner has started, as the tests reach it.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { type LabSite, labSite, type Ran } from '../endToEnd/labSite.ts'

/** The name of the host, as inventories of `guestSite` know it. */
export const guestName = 'selinux-01'
/** Other names of it, for a site whose roles are for several hosts. */
const otherNames = ['was-01', 'web-01']

export type GuestSite = LabSite & {
  /** Runs a script on the host as root, and gives what it prints. @throws if it fails */
  readonly root: (script: string) => Promise<string>
  /** What the audit log has of denials: what was denied to whom. */
  readonly denials: () => Promise<string[]>
}

/** @throws where no guest runs: `npm run selinux` starts one */
export function guestSite(): GuestSite {
  const described = process.env.RUN_PLAYBOOK_SELINUX_GUEST
  if (!described) throw new Error('No host with SELinux runs: npm run selinux starts it, and then the tests.')
  const guest = JSON.parse(described)
  const [host] = guest.hosts
  const site = labSite({ ...guest, hosts: [host, ...otherNames.map((name) => ({ ...host, name }))] })
  // Everything takes ten times as long on an emulated processor.
  const patient = {
    ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${guest.knownHostsFile} -o ConnectTimeout=120 -o ServerAliveInterval=30`,
    ansible_timeout: 120,
  }
  const root = async (script: string) => {
    const { code, stdout, stderr } = await site.on(guestName, script)
    if (code !== 0) throw new Error(`"${script}" failed with code ${code}: ${stderr}`)
    return stdout
  }
  const denials = async () => {
    const log = await root("sync; grep -h 'avc:  denied' /var/log/audit/audit.log* || :")
    return [...new Set(log.split('\n').filter(Boolean).map(denialText))]
  }
  const inventory: LabSite['inventory'] = (name, hosts) =>
    site.inventory(
      name,
      Object.fromEntries(Object.entries(hosts).map(([host, vars]) => [host, { ...patient, ...vars }])),
    )
  return { ...site, inventory, root, denials }
}

/** `sh sysadm_t { write } "name" etc_t file` of a line of the audit log. */
function denialText(line: string): string {
  const [, permissions] = /denied {2}(\{.*?\})/.exec(line) ?? []
  const field = (name: string) => new RegExp(`\\b${name}=("[^"]*"|\\S+)`).exec(line)?.[1] ?? ''
  const type = (context: string) => context.split(':')[2] ?? ''
  return `${field('comm')} ${type(field('scontext'))} ${permissions} ${field('name') || field('path')} ${type(field('tcontext'))} ${field('tclass')}`
}

/** Whether something that a login started was denied something: the shells of run-playbook, or what they run. */
export function isOfLogin(denial: string): boolean {
  return /^\S+ (unconfined|sysadm|staff|user|sudo|unconfined_\w+)_t /.test(denial)
}

/**
 * The last test of a file: nothing was denied that `isMeant` is about, save what is known. By default that is what
 * run-playbook has started.
 */
export function testDenials(
  site: GuestSite,
  known: RegExp = /^$/,
  isMeant: (denial: string) => boolean = isOfLogin,
): void {
  test('none of it was denied', async () => {
    assert.equal(
      (await site.denials()).filter((each) => isMeant(each) && !known.test(each)),
      [],
    )
    site.remove()
  })
}

/** What a run has changed. @throws with its output if a task ended otherwise than ok, changed or skipped */
export function changesOf(ran: Ran): string[] {
  const ends = ran.lines.filter(({ event }) => event === 'taskEnd')
  if (ends.length === 0 || ends.some(({ status }) => !['ok', 'changed', 'skipped'].includes(status!)))
    throw new Error(ran.stdout + ran.stderr)
  return ends.flatMap(({ status, changes }) =>
    status === 'changed' ? changes!.map(({ what, from, to }) => `${what}: ${from} → ${to}`) : [],
  )
}
