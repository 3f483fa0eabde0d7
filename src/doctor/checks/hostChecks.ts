// The checks that are made on every host, whatever its tasks need.

import { selinux } from '../../facts/selinux.ts'
import { sh } from '../../model/shell/command.ts'
import { type Check, missing, ok, printed, printedValues, warning } from './check.ts'
import { diskSpaceCheck, foldersCheck, lockCheck } from './storageChecks.ts'
import { bootCheck, clockCheck, securityChecks, syncCheck } from './systemChecks.ts'

/** What run-playbook itself needs, and what often makes tasks fail. */
export function hostChecks(): Check[] {
  return [
    userCheck,
    clockCheck,
    shellCheck,
    foldersCheck,
    diskSpaceCheck,
    lockCheck,
    limitsCheck,
    localeCheck,
    ownNameCheck,
    bootCheck,
    syncCheck,
    packagesCheck,
    selinuxCheck,
    ...securityChecks,
  ]
}

/** An answer proves that the become user can be used. */
const userCheck: Check = {
  name: 'user',
  command: sh`id -un; echo "login=$SUDO_USER$DOAS_USER"`,
  interpret: (output) => {
    const [user = ''] = printed(output).split('\n')
    const login = printedValues(output).get('login') ?? ''
    return ok(login === '' || login === user ? user : `${user}, become by ${login}`)
  },
}

/** Only sh and the usual tools are needed: no Python. */
const shellCheck: Check = {
  name: 'shell',
  command: sh`echo "sh=$(readlink -f "$(command -v sh)")"
echo "python=$(command -v python3 || command -v python)"
for t in cat stat mktemp mv chmod chown id df sha256sum sed grep head tail tr; do
  command -v "$t" >/dev/null 2>&1 || echo "missing=$t"
done`,
  interpret: (output, seen) => {
    const values = printedValues(output)
    const lost = values.get('missing')
    if (lost !== undefined) return { ...missing([lost], seen), text: `there is no ${lost}` }
    return ok(`${values.get('sh')}; ${values.get('python') ? 'python' : 'no python'}, which is not needed`)
  },
}

const limitsCheck: Check = {
  name: 'open files',
  command: sh`ulimit -n`,
  interpret: (output) => {
    const limit = printed(output)
    if (limit === 'unlimited' || Number(limit) >= 1024) return ok(limit)
    return warning(`a process may open ${limit} files`, 'Raise nofile: the task pamLimits.')
  },
}

/** Tasks run in the locale C; what people and daemons get is another matter. */
const localeCheck: Check = {
  name: 'locale',
  command: sh`echo "lang=$(sed -n 's/^LANG=//p' /etc/locale.conf /etc/default/locale 2>/dev/null | tail -n 1 | tr -d '"')"
echo "all=$(locale -a 2>/dev/null | tr '\n' ' ')"`,
  interpret: (output) => {
    const values = printedValues(output)
    const [lang = '', all = ''] = [values.get('lang'), values.get('all')]
    if (lang === '' || all === '') return ok(lang || 'C')
    const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9_.@]/g, '')
    if (all.split(' ').some((each) => plain(each) === plain(lang))) return ok(lang)
    return warning(`LANG=${lang} is not installed`, 'dnf install glibc-langpack-en, or locale-gen')
  },
}

/** Java, httpd and sudo look up the host's own name. */
const ownNameCheck: Check = {
  name: 'own name',
  command: sh`n=$(uname -n); echo "name=$n"
command -v getent >/dev/null 2>&1 || exit 0
echo "address=$(getent hosts "$n" | head -n 1)"`,
  interpret: (output) => {
    const values = printedValues(output)
    const name = values.get('name') ?? ''
    return values.get('address') === ''
      ? warning(`${name} does not resolve on the host itself`, 'Add it to /etc/hosts: the task hostsFile.')
      : ok('resolves')
  },
}

const packagesCheck: Check = {
  name: 'packages',
  command: sh`if command -v dnf >/dev/null 2>&1 || command -v yum >/dev/null 2>&1; then
  echo "dnf=$(readlink -f "$(command -v dnf || command -v yum)")"
  echo "enabled=$(cat /etc/yum.repos.d/*.repo 2>/dev/null | awk '/^\[/ { if (on) n++; on = 1 } /^enabled *= *(0|[Ff]alse|no)/ { on = 0 } END { if (on) n++; print n + 0 }')"
  [ -e /etc/pki/consumer/cert.pem ] && echo registered=yes
fi
:`,
  interpret: (output, { os, packageManager }) => {
    const values = printedValues(output)
    if (packageManager === 'unknown') return warning('no package manager is known', 'Use the task command.')
    if (!values.has('dnf') || os.family !== 'RedHat') return ok(packageManager)
    const enabled = Number(values.get('enabled'))
    if (enabled > 0) return ok(`${packageManager}, ${enabled} repositories are enabled`)
    if (os.id === 'rhel' && !values.has('registered'))
      return warning(
        'the host is not registered, and no repository is enabled',
        'subscription-manager register',
      )
    return warning('no repository is enabled', 'Enable one in /etc/yum.repos.d: the task yumRepository.')
  },
}

const selinuxCheck: Check = {
  name: 'SELinux',
  command: sh`${selinux.command}
command -v semanage >/dev/null 2>&1 || echo tool=semanage
command -v restorecon >/dev/null 2>&1 || echo tool=restorecon`,
  interpret: (output, seen) => {
    const { mode, policy } = selinux.parse(output)
    const tool = printedValues(output).get('tool')
    if (mode === 'disabled') return ok('off')
    const message = `${mode}${policy === undefined ? '' : `, policy ${policy}`}`
    if (tool === undefined) return ok(message)
    const { cure } = missing([tool], seen)
    return warning(`${message}, and there is no ${tool}: seContext, sePort and seBoolean would fail`, cure)
  },
}
