// Reads what a host runs on: hardware, a virtual machine or a container.

import type { VirtualizationFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'

/** systemd knows most; the rest is for hosts without it. /proc/1/environ takes root. */
const script = `if command -v systemd-detect-virt >/dev/null 2>&1; then
  echo "container=$(systemd-detect-virt --container 2>/dev/null)"
  echo "machine=$(systemd-detect-virt --vm 2>/dev/null)"
else
  value=
  { read -r value </run/systemd/container; } 2>/dev/null
  [ -n "$value" ] || value=$(tr '\\0' '\\n' </proc/1/environ 2>/dev/null | sed -n 's/^container=//p')
  [ -n "$value" ] || { [ -e /.dockerenv ] && value=docker; }
  [ -n "$value" ] || { [ -e /run/.containerenv ] && value=podman; }
  [ -n "$value" ] || { grep -qi microsoft /proc/sys/kernel/osrelease && value=wsl; } 2>/dev/null
  echo "container=$value"
  value=
  { read -r value </sys/hypervisor/type; } 2>/dev/null
  echo "hypervisor=$value"
  for name in sys_vendor product_name bios_vendor; do
    value=
    { read -r value </sys/class/dmi/id/$name; } 2>/dev/null
    echo "$name=$value"
  done
  grep -qw hypervisor /proc/cpuinfo && echo cpu=hypervisor
fi
:`

export const virtualization = output(shellText(script), (result) => parseVirtualization(text(result)), {
  reads: [],
})

function parseVirtualization(printed: string): VirtualizationFacts {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(printed)?.[1] ?? ''
  const container = value('container')
  if (container !== '' && container !== 'none') return { type: container, isContainer: true }
  const machine = value('machine')
  if (machine !== '') return { type: machine, isContainer: false }
  const vendor = ['hypervisor', 'sys_vendor', 'product_name', 'bios_vendor'].map(value).join('\n')
  const found = vendors.find(([pattern]) => pattern.test(vendor))?.[1]
  return { type: found ?? (value('cpu') === '' ? 'none' : 'vm-other'), isContainer: false }
}

/** As systemd calls them, by what the firmware says. */
const vendors: readonly (readonly [RegExp, string])[] = [
  [/^xen/i, 'xen'],
  [/KVM|OpenStack|KubeVirt|Google|DigitalOcean|Hetzner/, 'kvm'],
  [/Amazon EC2/, 'amazon'],
  [/QEMU/, 'qemu'],
  [/VMware|VMW/, 'vmware'],
  [/innotek|VirtualBox/, 'oracle'],
  [/^Microsoft Corporation\n+Virtual Machine$/m, 'microsoft'],
  [/Parallels/, 'parallels'],
  [/BHYVE/i, 'bhyve'],
  [/Bochs/, 'bochs'],
]
