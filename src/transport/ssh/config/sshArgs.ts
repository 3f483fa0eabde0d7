// Parses ssh's command line arguments: -o Key=Value, -J jump, -i key, -F file.

import { PlaybookError } from '../../../model/errors/error.ts'
import { type ConfigLine, parseConfigLine } from './configLine.ts'

/** Options as lines of ssh_config, in the order given; the file of `-F`. */
export type SshArgs = {
  readonly options: readonly ConfigLine[]
  readonly configFile?: string
  /** Known arguments that have no effect here. */
  readonly ignored: readonly string[]
}

const optionFlags: { readonly [flag: string]: string } = {
  '-J': 'proxyjump',
  '-i': 'identityfile',
  '-p': 'port',
  '-l': 'user',
  '-b': 'bindaddress',
  '-c': 'ciphers',
  '-m': 'macs',
}

const fixedOptions: { readonly [flag: string]: readonly [string, string] } = {
  '-4': ['addressfamily', 'inet'],
  '-6': ['addressfamily', 'inet6'],
  '-A': ['forwardagent', 'yes'],
  '-a': ['forwardagent', 'no'],
}

/** Flags without effect here: terminal, X11 forwarding, compression, verbosity. */
const ignoredFlags = new Set(['-C', '-k', '-n', '-q', '-T', '-v', '-vv', '-vvv', '-x', '-X', '-Y', '-y'])
const ignoredFlagsWithValue = new Set(['-E', '-S'])

/**
 * Parses ssh arguments. Those without effect are listed in `ignored`.
 *
 * @throws PlaybookError E_SSH_ARGS for one that would have an effect and is not supported
 * @example parseSshArgs(['-o', 'StrictHostKeyChecking=no', '-J', 'bastion'])
 */
export function parseSshArgs(args: readonly string[]): SshArgs {
  const options: ConfigLine[] = []
  const ignored: string[] = []
  let configFile: string | undefined
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index]!
    const flag = arg.slice(0, 2)
    const value = (): string => {
      const text = arg.length > 2 ? arg.slice(2) : args[++index]
      if (text === undefined) throw new PlaybookError('E_SSH_ARGS', `The ssh argument ${flag} has no value.`)
      return text
    }
    if (flag === '-o') options.push(parseOption(value()))
    else if (flag === '-F') configFile = value()
    else if (optionFlags[flag]) options.push(option(optionFlags[flag], value()))
    else if (fixedOptions[arg]) options.push(option(...fixedOptions[arg]))
    else if (ignoredFlags.has(arg)) ignored.push(arg)
    else if (ignoredFlagsWithValue.has(flag)) ignored.push(`${flag} ${value()}`)
    else throw unsupportedError(arg)
  }
  return { options, configFile, ignored }
}

/** An option whose value is one word, whatever it contains. */
export function option(keyword: string, value: string): ConfigLine {
  return { keyword, text: value, words: [value] }
}

function parseOption(text: string): ConfigLine {
  const line = /^\s*[A-Za-z0-9]+\s*[=\s]\s*\S/.test(text) ? parseConfigLine(text) : undefined
  if (line) return line
  throw new PlaybookError('E_SSH_ARGS', `The ssh argument -o ${text} is not Key=Value.`)
}

function unsupportedError(arg: string): PlaybookError {
  return new PlaybookError('E_SSH_ARGS', `The ssh argument ${arg} is not supported.`, {
    hint: 'Supported: -o, -F, -J, -i, -p, -l, -b, -c, -m, -A, -a, -4 and -6.',
  })
}
