// Reads the environment of the user that the facts are read as.

import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

/** Its variables may be secrets. */
export const environment = output(
  sh`cat /proc/self/environ`,
  (result): Readonly<Record<string, string>> =>
    Object.fromEntries(
      text(result)
        .split('\0')
        .flatMap((each) => {
          const at = each.indexOf('=')
          return at > 0 ? [[each.slice(0, at), each.slice(at + 1)]] : []
        }),
    ),
  { reads: ['/etc/environment', '/etc/profile'], noLog: true },
)
