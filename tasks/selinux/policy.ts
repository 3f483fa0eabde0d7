// Shares names, errors and missing tools among the SELinux tasks.

import {
  lastLines,
  missingTool,
  type Needs,
  type Output,
  PlaybookError,
  run,
  type Step,
  sh,
  z,
} from '../../src/index.ts'

/** The name of a type, user or boolean of a policy. */
export const policyName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'expected a name of the policy such as httpd_log_t')

/** Security level or range of an MLS or MCS policy. */
export const levelText = z
  .string()
  .regex(/^[sc0-9.,:-]+$/, "expected a level such as 's0' or a range such as 's0-s15:c0.c1023'")

/** Ends a probe's script with the line `off` where SELinux is off. A container may see its file system, but has no policy. */
export const endIfOff = `[ -e /sys/fs/selinux/enforce ] && [ -e /etc/selinux/config ] || { echo off; exit 0; }
`

/** The same, and sets `policy` to the policy's name elsewhere. */
export const withPolicy = `${endIfOff}policy=$(sed -n 's/^ *SELINUXTYPE= *\\([A-Za-z0-9_-]*\\).*/\\1/p' /etc/selinux/config 2>/dev/null)
policy=\${policy:-targeted}
`

/** What the probes read besides files of the policy: whether it is on, and the program that changes it. */
export const policyReads = ['/etc/selinux', '/var/lib/selinux', '/usr/sbin/semanage', 'selinux/mode'] as const

/** What no change but a restart ends. */
export function isOff(found: unknown): boolean {
  return found === undefined
}

/** What changes the policy: where SELinux is off nothing is needed. */
export function selinuxNeeds(...tools: readonly string[]): Needs {
  return { where: sh`[ -e /sys/fs/selinux/enforce ] && [ -e /etc/selinux/config ]`, root: true, tools }
}

/** E_SELINUX_TOOLS. `lost`: what cannot be done for this, such as the changes that there would be. */
export function toolMissing(program: string, lost: readonly string[]): PlaybookError {
  return new PlaybookError('E_SELINUX_TOOLS', `SELinux is on, but ${program} is not installed.`, {
    details: lost,
    hint: missingTool(program).hint,
  })
}

/** The changes that a missing program keeps from being made. */
export function notMade(
  changes: readonly { readonly what: string; readonly from: string; readonly to: string }[],
): string[] {
  return changes.map(({ what, from, to }) => `Not made: ${what}: ${from} → ${to}`)
}

/** All lines in one transaction of the policy, which is compiled once. */
export function semanageStep(lines: readonly string[]): Step {
  return run(sh`semanage import`, {
    stdin: `${lines.join('\n')}\n`,
    explain: (result: Output) => refusal(lastLines(result)),
  })
}

export function refusal(details: readonly string[]): PlaybookError {
  return new PlaybookError('E_SELINUX', 'The policy of SELinux was not changed.', {
    details,
    hint: details.some((each) => /not authorized|permission|access/i.test(each))
      ? 'Only root may change it: become: true'
      : undefined,
  })
}
