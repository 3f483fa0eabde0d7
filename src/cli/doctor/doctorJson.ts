// Formats the findings of doctor as JSON.

import type { HostReport } from '../../doctor/examine.ts'
import { locationText } from '../../report/text/failureText.ts'
import type { ShowOptions } from './doctorTable.ts'
import { needersOf } from './needers.ts'

/** An object of hosts; `level` is ok, later, warning or problem, `neededBy` is empty for what every host is checked for. */
export function doctorJson(reports: readonly HostReport[], { cwd, mask }: ShowOptions): string {
  const hosts = Object.fromEntries(
    reports.map(({ host, os, isUnreachable, errors, looks, findings }) => [
      host,
      {
        os: os ?? null,
        unreachable: isUnreachable,
        errors: errors.map(({ code, message, hint }) => ({ code, message, hint })),
        looks,
        checks: findings.map((finding) => ({
          check: finding.check,
          as: finding.as ?? null,
          level: finding.result.level,
          text: finding.result.text,
          cure: finding.result.cure ?? null,
          neededBy: needersOf(finding).map(({ title, where }) => ({
            task: title,
            where: where ? locationText(where, cwd) : null,
          })),
        })),
      },
    ]),
  )
  // Each text is masked before it is JSON: a mask in place of half an escape would break it.
  return `${JSON.stringify({ hosts }, (_, value) => (typeof value === 'string' ? mask(value) : value), 2)}\n`
}
