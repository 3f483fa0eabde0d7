// Checks hosts for playbooks, and prints the result as a table or as JSON.

import { examine, type HostReport } from '../../doctor/examine.ts'
import type { PlayPlan } from '../../engine/plan/planPlays.ts'
import type { Play } from '../../model/play.ts'
import { definePlay } from '../../model/play.ts'
import { createMasker } from '../../model/secrets/masker.ts'
import { revealedSecrets, secretsIn } from '../../model/secrets/secret.ts'
import { createTheme } from '../../report/output/theme.ts'
import { expandLimit } from '../../run/begin/expandLimit.ts'
import { loadRun } from '../../run/loadRun.ts'
import { planRun } from '../../run/planRun.ts'
import { createTransportResolver } from '../../transport/connect.ts'
import type { RunFlags } from '../flags/runFlags.ts'
import { stateFolder } from '../flags/stateFolder.ts'
import { inventoryFromFlags } from '../inventory/inventoryFromFlags.ts'
import { askHostKeys } from '../run/askHostKeys.ts'
import { readConnectionFlags } from '../run/connectionFlags.ts'
import { stopSignal } from '../run/stopSignal.ts'
import { doctorJson } from './doctorJson.ts'
import { doctorTable } from './doctorTable.ts'

export type DoctorFlags = RunFlags & { readonly format: 'table' | 'json' }

/**
 * Prints what would fail, and returns the exit code.
 *
 * @throws AggregatePlaybookError with all errors of playbooks and inventory; PlaybookError E_NEEDS
 */
export async function showDoctor(names: readonly string[], given: DoctorFlags): Promise<number> {
  const { plays, inventory, limit } = await loadRun({
    playbooks: names.length > 0 ? names : [hostsAlone(given.limit)],
    inventory: (playbookDir, loaded) => inventoryFromFlags(given, playbookDir, loaded),
    limit: () => expandLimit(given.limit, names, stateFolder()),
  })
  const flags = limit === undefined ? given : { ...given, limit }
  const connection = await readConnectionFlags(flags)
  const { plays: plans } = await planRun({ plays, inventory, connection }, { ...flags, check: true })
  const reports = await examined(plans, flags)
  const secrets = plans.flatMap(({ hosts }) => hosts.map(({ host, settings }) => [host.vars, settings]))
  const mask = createMasker([...secretsIn(secrets), ...revealedSecrets()])
  const options = { cwd: process.cwd(), isVerbose: given.verbose > 0, mask }
  if (given.format === 'json') process.stdout.write(doctorJson(reports, options))
  else {
    const theme = await createTheme({ env: process.env, isTTY: process.stdout.isTTY === true })
    process.stdout.write(doctorTable(reports, { ...options, theme }))
  }
  const isAny = (holds: (report: HostReport) => boolean) => reports.some(holds)
  return (isAny(hasProblem) ? 2 : 0) + (isAny(({ isUnreachable }) => isUnreachable) ? 4 : 0)
}

function hostsAlone(limit = 'all'): Play {
  return { ...definePlay({ name: 'doctor', hosts: limit, tasks: () => [] }), where: () => undefined }
}

function hasProblem({ errors, isUnreachable, findings }: HostReport): boolean {
  return (
    (errors.length > 0 && !isUnreachable) || findings.some(({ result: { level } }) => level === 'problem')
  )
}

async function examined(plans: readonly PlayPlan[], { forks = 100 }: DoctorFlags): Promise<HostReport[]> {
  const { signal, release } = stopSignal()
  const transportFor = createTransportResolver()
  try {
    for (const { message } of await askHostKeys(plans, transportFor, signal))
      process.stderr.write(`${message}\n`)
    return await examine(plans, {
      connect: async (settings, options) => (await transportFor(settings)).connect(settings, options),
      forks,
      signal,
    })
  } finally {
    release()
  }
}
