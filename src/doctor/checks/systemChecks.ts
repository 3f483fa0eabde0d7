// Checks of clock, service manager, and what restricts programs: fapolicyd, FIPS, firewall.

import { sh } from '../../model/shell/command.ts'
import { type Check, ok, printed, printedValues, problem, warning } from './check.ts'

/** Against this machine. TLS, Kerberos and make fail where clocks differ. */
export const clockCheck: Check = {
  name: 'clock',
  command: sh`date +%s`,
  interpret: (output, { arrivedAt }) => {
    const seconds = Number(printed(output)) - Math.floor(arrivedAt / 1000)
    const distance = Math.abs(seconds)
    if (distance <= 5) return ok('agrees with this machine')
    const message = `${distance} s ${seconds > 0 ? 'ahead of' : 'behind'} this machine`
    return (distance > 300 ? problem : warning)(message, 'systemctl enable --now chronyd; chronyc makestep')
  },
}

export const bootCheck: Check = {
  name: 'service manager',
  command: sh`[ -d /run/systemd/system ] && echo "state=$(systemctl is-system-running 2>/dev/null)"
:`,
  interpret: (output) => {
    const state = printedValues(output).get('state')
    if (state === undefined) return ok('not systemd')
    if (['running', 'degraded', 'starting'].includes(state)) return ok(`systemd, ${state}`)
    return warning(`systemd is ${state || 'not reachable'}`, 'systemctl status')
  },
}

/** A container has the clock of its host. */
export const syncCheck: Check = {
  name: 'time synchronization',
  command: sh`systemd-detect-virt --container --quiet 2>/dev/null && exit 0
command -v timedatectl >/dev/null 2>&1 || exit 0
echo "synchronized=$(timedatectl show -p NTPSynchronized --value 2>/dev/null)"`,
  interpret: (output) => {
    const value = printedValues(output).get('synchronized')
    if (value === undefined || value === '') return undefined
    return value === 'yes'
      ? ok('on')
      : warning('the clock is not synchronized', 'systemctl enable --now chronyd')
  },
}

const active = (units: string) =>
  sh`for u in ${units.split(' ')}; do systemctl is-active --quiet "$u" 2>/dev/null && echo "$u"; done; :`

export const securityChecks: readonly Check[] = [
  {
    name: 'firewall',
    command: active('firewalld nftables iptables ufw'),
    interpret: (output) => ok(printed(output).split('\n').join(', ') || 'no firewall service is active'),
  },
  {
    name: 'fapolicyd',
    command: sh`systemctl is-active --quiet fapolicyd 2>/dev/null || exit 0
echo active
sed -n 's/^ *permissive *= */permissive=/p' /etc/fapolicyd/fapolicyd.conf 2>/dev/null
:`,
    interpret: (output) => {
      if (printed(output) === '') return undefined
      if (printedValues(output).get('permissive')?.startsWith('1'))
        return ok('active, permissive: it refuses nothing')
      return warning(
        'active: programs that no package installed are refused until they are trusted, and so are Python and jars to users other than root',
        'fapolicyd-cli --file add FOLDER; fapolicyd-cli --update',
      )
    },
  },
  {
    name: 'FIPS',
    command: sh`cat /proc/sys/crypto/fips_enabled 2>/dev/null; :`,
    interpret: (output) =>
      printed(output) === '1'
        ? warning('on: MD5 checksums and Ed25519 keys are refused by the host')
        : undefined,
  },
]
