// The checks that the needs of a task or play make.

import type { Needs, Tool, VersionedTool } from '../../model/needs/needs.ts'
import { type Command, quote, sh, shellText } from '../../model/shell/command.ts'
import { bytesText, type Check, type CheckResult, missing, ok, printed, problem, warning } from './check.ts'
import { multicastCheck, nameCheck, portCheck, reachCheck, urlCheck } from './networkChecks.ts'

export function needChecks(needs: Needs): Check[] {
  const { where } = needs
  const checks = allChecks(needs)
  return where ? checks.map((check) => onlyWhere(where, check)) : checks
}

const notNeeded = '= not needed'

function onlyWhere(where: Command, check: Check): Check {
  const script = `( ${where.script}\n) >/dev/null 2>&1 || { echo '${notNeeded}'; exit 0; }\n${check.command.script}`
  return {
    ...check,
    command: shellText(script),
    interpret: (output, seen) =>
      printed(output) === notNeeded ? ok('not needed there') : check.interpret(output, seen),
  }
}

function allChecks(needs: Needs): Check[] {
  return [
    ...(needs.tools ?? []).map(toolCheck),
    ...(needs.root ? [rootCheck] : []),
    ...Object.entries(needs.disk ?? {}).map(([path, bytes]) => diskCheck(path, bytes)),
    ...(needs.memory === undefined ? [] : [memoryCheck(needs.memory)]),
    ...Object.entries(needs.ports ?? {}).map(([port, program]) => portCheck(Number(port), program)),
    ...(needs.names ?? []).map(nameCheck),
    ...(needs.urls ?? []).map((urls) => urlCheck([urls].flat())),
    ...(needs.reach ?? []).map(reachCheck),
    ...(needs.multicast ?? []).map(multicastCheck),
    ...(needs.checks ?? []).map(
      ({ what, command, cure }): Check => ({
        name: what,
        command,
        interpret: ({ code }) => (code === 0 ? ok('yes') : problem('no', cure)),
      }),
    ),
  ]
}

function toolCheck(given: Tool | readonly Tool[]): Check {
  const tools = [given].flat().map((tool): VersionedTool => (typeof tool === 'string' ? { tool } : tool))
  const name = `tool ${tools.map(({ tool, version }) => (version ? `${tool} ${version}` : tool)).join(' or ')}`
  return {
    name,
    command: shellText(tools.map(lookFor).join('\n')),
    interpret: (output, seen) => {
      const found = printed(output)
      const results = tools.map((tool) => toolResult(tool, found))
      const good = results.find((result) => result?.level === 'ok')
      const old = results.find((result) => result !== undefined)
      if (good || old) return good ?? old
      const named = tools.map(({ tool, package: own }) => own ?? tool)
      return missing(named, seen)
    },
  }
}

/** Prints `= tar /usr/bin/tar`, and after it what the program says of its version, where one is needed. */
function lookFor({ tool, version, versionCommand = sh`${tool} --version` }: VersionedTool): string {
  const path = `rp_path=$(command -v ${quote(tool)})`
  const ask = version === undefined ? '' : `; ( ${versionCommand.script} ) </dev/null 2>&1 | head -n 3`
  return `if ${path}; then printf '= %s %s\\n' ${quote(tool)} "$rp_path"${ask}; fi`
}

/** Undefined: it is not there. */
function toolResult({ tool, version }: VersionedTool, found: string): CheckResult | undefined {
  const part = `\n${found}`.split('\n= ').find((each) => each.startsWith(`${tool} `))
  if (part === undefined) return undefined
  const [first = '', ...rest] = part.split('\n')
  if (version === undefined) return ok(first.slice(tool.length + 1))
  const [own] = /\d+(?:\.\d+)+|\d+/.exec(rest.join('\n')) ?? []
  if (own === undefined) return warning(`does not say its version; ${version} or later is needed`)
  if (compareVersions(own, version) >= 0) return ok(own)
  return problem(`${own} is too old: ${version} or later is needed`, `Install a newer ${tool}.`)
}

function compareVersions(one: string, other: string): number {
  const [own, least] = [one, other].map((each) => each.split('.').map(Number))
  for (const [index, number] of least!.entries()) {
    const difference = (own![index] ?? 0) - number
    if (difference !== 0) return difference
  }
  return 0
}

const rootCheck: Check = {
  name: 'root',
  command: sh`id -u; id -un`,
  interpret: (output) => {
    const [uid, user = ''] = printed(output).split('\n')
    return uid === '0' ? ok('yes') : problem(`it runs as ${user}`, 'become: true on the play or task, or -b.')
  },
}

function diskCheck(path: string, bytes: number): Check {
  return {
    name: `disk ${path}`,
    command: sh`p=${path}
while [ ! -e "$p" ] && [ "$p" != / ]; do p=$(dirname -- "$p"); done
df -Pk -- "$p" | tail -n 1`,
    interpret: (output) => {
      const free = Number(/\s\d+\s+\d+\s+(\d+)\s+\S+%\s/.exec(printed(output))?.[1] ?? Number.NaN) * 1024
      if (Number.isNaN(free)) return warning('df does not say how much is free')
      const message = `${bytesText(free)} free`
      return free >= bytes
        ? ok(message)
        : problem(`${message}, ${bytesText(bytes)} needed`, 'Make room, or name another folder.')
    },
  }
}

function memoryCheck(bytes: number): Check {
  return {
    name: `memory ${bytesText(bytes)}`,
    command: sh`grep -E '^Mem(Available|Free):' /proc/meminfo`,
    interpret: (output) => {
      const kibibytes = /MemAvailable:\s+(\d+)/.exec(printed(output)) ?? /(\d+)/.exec(printed(output))
      if (!kibibytes) return warning('/proc/meminfo does not say how much is available')
      const available = Number(kibibytes[1]) * 1024
      const message = `${bytesText(available)} available`
      return available >= bytes
        ? ok(message)
        : problem(`${message}, ${bytesText(bytes)} needed`, 'Add memory, or end what uses it.')
    },
  }
}
