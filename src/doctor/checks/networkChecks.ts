// Checks of names, URLs, ports and multicast, made from the host.

import { sh } from '../../model/shell/command.ts'
import { type Check, ok, printed, problem, warning } from './check.ts'

/** A port that is free, or on which only `program` listens. Who listens is seen by root. */
export function portCheck(port: number, program: string): Check {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return {
    name: `port ${port}`,
    command: sh`if command -v ss >/dev/null 2>&1; then ss -Hltnp 2>/dev/null | grep -E ${`[:.]${port}[[:space:]]`}
else grep -ihE ${`^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `} /proc/net/tcp /proc/net/tcp6 2>/dev/null
fi; :`,
    interpret: (output) => {
      const listeners = printed(output)
      if (listeners === '') return ok('free')
      const owners = [...new Set([...listeners.matchAll(/\(\("([^"]*)"/g)].map(([, name]) => name!))]
      const isOwn = (name: string) => program.startsWith(name.slice(0, 15))
      if (owners.length === 0) return warning(`something listens on ${port}, and only root sees what`)
      const strangers = owners.filter((name) => !isOwn(name))
      if (strangers.length === 0) return ok(`${program} listens`)
      return problem(`${strangers.join(', ')} listens on it`, 'Stop it, or choose another port.')
    },
  }
}

export function nameCheck(name: string): Check {
  return {
    name: `name ${name}`,
    command: sh`if command -v getent >/dev/null 2>&1; then getent ahosts ${name} | head -n 1
else nslookup ${name} 2>/dev/null | sed -n 's/^Address[^:]*: *//p' | tail -n 1
fi`,
    interpret: (output) => {
      const [address = ''] = printed(output).split(/\s/)
      if (address !== '') return ok(address)
      return problem('does not resolve', 'Correct /etc/hosts or the name servers: the task hostsFile.')
    },
  }
}

/** Names by which the inventory knows hosts. Not all hosts reach one another, so it is no more than a warning. */
export function peerCheck(names: readonly string[]): Check {
  const checked = names.slice(0, 50)
  return {
    name: 'names of hosts',
    command: sh`command -v getent >/dev/null 2>&1 || exit 0
for n in ${checked}; do getent ahosts "$n" >/dev/null || echo "$n"; done`,
    interpret: (output) => {
      const lost = printed(output).split('\n').filter(Boolean)
      if (lost.length === 0) return ok(`${checked.length} resolve`)
      return warning(
        `not resolved: ${lost.join(', ')}`,
        'Correct /etc/hosts or the name servers: the task hostsFile.',
      )
    },
  }
}

/** The first of several that answers is enough. curl, or else wget, asks for the headers only. */
export function urlCheck(urls: readonly string[]): Check {
  const plain = urls.map((url) => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1'))
  return {
    name: `URL ${plain[0]}${plain.length > 1 ? ` or ${plain.length - 1} more` : ''}`,
    command: sh`for u in ${plain}; do
  if command -v curl >/dev/null 2>&1; then
    e=$(curl -sSIL -o /dev/null --connect-timeout 5 --max-time 15 -w 'http %{http_code}' -- "$u" 2>&1)
  elif command -v wget >/dev/null 2>&1; then
    e=$(wget -q --spider -T 10 "$u" 2>&1) && e='http 200'
  else echo 'no tool'; exit; fi
  printf '%s\n' "$e" | tr '\n' ' '; echo
  case $e in *'http '[23]*|*'http 403'|*'http 405') exit ;; esac
done`,
    interpret: (output) => {
      const answers = printed(output).split('\n')
      const last = answers.at(-1) ?? ''
      if (last === 'no tool') return warning('cannot be checked: the host has neither curl nor wget')
      if (/http (?:[23]\d\d|403|405)/.test(last)) return ok(`answers (${plain[answers.length - 1]})`)
      const reason = answers.map(
        (each) => /http [1-9]\d\d/.exec(each)?.[0] ?? each.replace(/ ?http 000|^curl: \(\d+\) /g, '').trim(),
      )
      return problem(
        reason.map((each) => each || 'no answer').join('; '),
        "Open the way there, set a proxy by environment, or fetch it here: via: 'controller'.",
      )
    },
  }
}

/** That nothing listens is no problem: what listens may be started by the playbook. */
export function reachCheck(place: string): Check {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(place) ?? []
  return {
    name: `reach ${place}`,
    command: sh`t=$(command -v timeout)
if command -v bash >/dev/null 2>&1; then \${t:+"$t" 5} bash -c 'exec 3<>"/dev/tcp/$0/$1"' ${host} ${port} 2>&1
elif command -v curl >/dev/null 2>&1; then curl -sS --connect-timeout 5 --max-time 5 ${`telnet://${place}`} 2>&1 </dev/null
elif command -v nc >/dev/null 2>&1; then nc -z -w 5 ${host} ${port} 2>&1
else exit 99; fi`,
    interpret: (output) => {
      const message = printed(output)
      if (output.code === 99) return warning('cannot be checked: the host has no bash, curl or nc')
      if (output.code === 0) return ok('answers')
      if (/refused/i.test(message))
        return ok('refuses connections: nothing listens, no firewall is in between')
      const reason = /No route|unreachable|not known|resolve|prohibited/i.exec(message)?.[0]
      return {
        level: 'problem',
        text:
          reason === undefined ? 'no answer' : `no answer: ${message.split('\n')[0]!.replace(/^.*: /, '')}`,
        cure: `Open port ${port} on ${host}: the task firewallPort.`,
        port: { host, port: Number(port) },
      }
    },
  }
}

/** Only hosts that send and listen together could prove it; the task tomcatCluster does, once Tomcats run. */
export function multicastCheck(group: string): Check {
  return {
    name: `multicast ${group}`,
    command: sh`if ! command -v ip >/dev/null 2>&1; then exit 99; fi
r=$(ip -o route get ${group} 2>&1) || { printf '%s\n' "$r"; exit 1; }
d=$(printf '%s\n' "$r" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
echo "$d"; ip -o link show dev "$d"`,
    interpret: (output) => {
      const [device = '', link = ''] = printed(output).split('\n')
      if (output.code === 99) return warning('cannot be checked: the host has no ip')
      if (output.code !== 0) return problem(`no route: ${device}`, `ip route add ${group}/32 dev INTERFACE`)
      if (/[<,]MULTICAST[,>]/.test(link)) return ok(`by ${device}`)
      return problem(`${device} takes no multicast`, `ip link set ${device} multicast on`)
    },
  }
}
