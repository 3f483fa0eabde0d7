// Reads the facts that a host has in /etc/ansible/facts.d.

import { output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'

/** For each file its name, what is in it or what it prints if it is executable, and its exit code, with NULs between. */
const script = `for path in /etc/ansible/facts.d/*.fact; do
  [ -f "$path" ] || continue
  printf '%s\\0' "$path"
  if [ -x "$path" ]; then "$path" 2>/dev/null; else cat "$path"; fi
  printf '\\0%s\\0' "$?"
done`

/** They may be secrets. As Ansible's, a file that is neither JSON nor INI is the text that says so. */
export const localFacts = output(
  shellText(script),
  (result): Readonly<Record<string, unknown>> => {
    const words = text(result).split('\0')
    const count = Math.floor(words.length / 3)
    return Object.fromEntries(
      Array.from({ length: count }, (_, index) => words.slice(index * 3, index * 3 + 3)).map(
        ([path = '', content = '', code]) => {
          const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.fact$/, '')
          if (code !== '0') return [name, `Failure executing fact script (${path}), rc: ${code}`]
          return [name, parsed(content) ?? wrong(path)]
        },
      ),
    )
  },
  { reads: ['/etc/ansible/facts.d'], noLog: true },
)

function wrong(path: string): string {
  return `error loading facts as JSON or ini - please check content: ${path}`
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return parsedIni(content)
  }
}

/** As Python's configparser: sections of options whose names are in lower case, values as they are. */
function parsedIni(content: string): Record<string, Record<string, string>> | undefined {
  const sections: Record<string, Record<string, string>> = {}
  let section: Record<string, string> | undefined
  for (const line of content.split('\n')) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue
    const [, name] = /^\[(.+)\]\s*$/.exec(line) ?? []
    if (name !== undefined) {
      section = {}
      sections[name] = section
      continue
    }
    const [, option, value = ''] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (option === undefined || section === undefined) return undefined
    section[option.trim().toLowerCase()] = value
  }
  return sections
}
