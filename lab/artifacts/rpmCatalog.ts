// Lists the lab's RPMs and hides their files in the image until dnf installs them.

/**
 * An RPM of the lab. `files` are paths on the image (with `from` where Debian has the file elsewhere); `debian` takes
 * the programs and headers of a Debian package. The image has the real things hidden; the RPM brings links to them.
 */
export type Rpm = {
  readonly name: string
  readonly version: string
  readonly summary: string
  readonly files?: readonly (string | { readonly path: string; readonly from: string })[]
  readonly debian?: string
  readonly provides?: readonly string[]
  readonly requires?: readonly string[]
}

const targetTriple = 'x86_64-linux-gnu'

/** Rocky 9's names; an RPM without files or a Debian package brings nothing but its name. */
export const rpmCatalog: readonly Rpm[] = [
  {
    name: 'java-17-openjdk-headless',
    version: '17.0.15',
    summary: 'The Java runtime without its graphical part',
    files: ['/usr/bin/java', '/usr/bin/keytool'],
    provides: ['java-headless'],
  },
  {
    name: 'java-17-openjdk',
    version: '17.0.15',
    summary: 'The Java runtime',
    provides: ['java', 'jre'],
    requires: ['java-17-openjdk-headless'],
  },
  {
    name: 'httpd-core',
    version: '2.4.62',
    summary: 'The programs of the Apache HTTP server',
    files: [{ path: '/usr/sbin/rotatelogs', from: '/usr/bin/rotatelogs' }],
  },
  { name: 'httpd', version: '2.4.62', summary: 'The Apache HTTP server', requires: ['httpd-core'] },
  {
    name: 'vim-enhanced',
    version: '8.2.2637',
    summary: 'The VIM editor',
    files: ['/usr/bin/vim'],
    provides: ['vim = 2:8.2.2637'],
  },
  { name: 'wget', version: '1.21.1', summary: 'Retrieves files by HTTP', files: ['/usr/bin/wget'] },
  { name: 'tar', version: '1.34', summary: 'The archiver', files: ['/usr/bin/tar'] },
  { name: 'bzip2', version: '1.0.8', summary: 'A file compressor' },
  { name: 'redhat-rpm-config', version: '209', summary: 'Settings for building RPMs' },
  {
    name: 'gcc',
    version: '11.5.0',
    summary: 'The C compiler',
    files: ['/usr/bin/gcc', '/usr/bin/cc', `/usr/bin/${targetTriple}-gcc`, '/usr/bin/cpp'],
  },
  {
    name: 'gcc-c++',
    version: '11.5.0',
    summary: 'The C++ compiler',
    files: ['/usr/bin/g++', '/usr/bin/c++', `/usr/bin/${targetTriple}-g++`],
    requires: ['gcc'],
  },
  { name: 'make', version: '4.3', summary: 'Builds what is out of date', files: ['/usr/bin/make'] },
  { name: 'apr', version: '1.7.0', summary: 'The Apache portable runtime' },
  {
    name: 'apr-devel',
    version: '1.7.0',
    summary: 'Headers of the Apache portable runtime',
    debian: 'libapr1-dev',
    requires: ['apr'],
  },
  {
    name: 'apr-util',
    version: '1.6.1',
    summary: 'Utilities of the Apache portable runtime',
    requires: ['apr'],
  },
  {
    name: 'apr-util-devel',
    version: '1.6.1',
    summary: 'Headers of the Apache portable runtime utilities',
    debian: 'libaprutil1-dev',
    requires: ['apr-util', 'apr-devel'],
  },
  { name: 'pcre-devel', version: '8.44', summary: 'Headers of PCRE', debian: 'libpcre2-dev' },
  { name: 'pcre2-devel', version: '10.40', summary: 'Headers of PCRE2', requires: ['pcre-devel'] },
  { name: 'openssl-devel', version: '3.2.2', summary: 'Headers of OpenSSL', debian: 'libssl-dev' },
  { name: 'expat-devel', version: '2.5.0', summary: 'Headers of expat' },
  { name: 'libtool', version: '2.4.6', summary: 'Builds shared libraries' },
  { name: 'autoconf', version: '2.69', summary: 'Makes configure scripts' },
  { name: 'lab-node', version: '18.0', summary: 'The package of a module' },
  { name: 'lab-db15', version: '15.4', summary: 'The package of a stream' },
  { name: 'lab-db15-server', version: '15.4', summary: 'The server of a stream', requires: ['lab-db15'] },
  { name: 'lab-db16', version: '16.1', summary: 'The package of another stream' },
]

/** A group of packages, as dnf's comps has it: `dnf install @lab-tools`. */
export const rpmGroups = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps>
  <group>
    <id>lab-tools</id>
    <name>Lab Tools</name>
    <description>Some packages of the lab.</description>
    <default>false</default>
    <uservisible>true</uservisible>
    <packagelist>
      <packagereq type="mandatory">bzip2</packagereq>
      <packagereq type="default">libtool</packagereq>
    </packagelist>
  </group>
</comps>
`

/**
 * Modules, whose packages are there only where their streams are enabled: `dnf install @lab-node:18`. lab-db has two
 * streams, the first of which has two profiles, and none of which is the default.
 */
export const rpmModules = `---
document: modulemd
version: 2
data:
  name: lab-node
  stream: "18"
  version: 1
  context: 00000000
  arch: x86_64
  summary: A module of the lab
  description: A module of the lab.
  license:
    module: [MIT]
  profiles:
    common:
      rpms: [lab-node]
  artifacts:
    rpms:
      - lab-node-0:18.0-1.noarch
...
---
document: modulemd-defaults
version: 1
data:
  module: lab-node
  profiles:
    "18": [common]
...
${streamOf('15', { common: ['lab-db15'], server: ['lab-db15', 'lab-db15-server'] }, '15.4')}${streamOf('16', { common: ['lab-db16'] }, '16.1')}---
document: modulemd-defaults
version: 1
data:
  module: lab-db
  profiles:
    "15": [common]
    "16": [common]
...
`

function streamOf(
  stream: string,
  profiles: { readonly [name: string]: readonly string[] },
  version: string,
): string {
  const rpms = [...new Set(Object.values(profiles).flat())].map((name) => `${name}-0:${version}-1.noarch`)
  const lists = Object.entries(profiles).map(([name, list]) => `${name}: {rpms: [${list.join(', ')}]}`)
  return `---
document: modulemd
version: 2
data:
  name: lab-db
  stream: "${stream}"
  version: 1
  context: 00000000
  arch: x86_64
  summary: A module of two streams
  description: A module of two streams.
  license:
    module: [MIT]
  profiles: {${lists.join(', ')}}
  artifacts:
    rpms: [${rpms.join(', ')}]
...
`
}

/** Where hidden files are kept, under their own paths. */
const hiddenFolder = '/opt/hidden'

/**
 * A script for the image that hides every file of the table and prints, on descriptor 3, lines of RPM, path and link
 * target. A link is deleted, for its target stays where it is; a file is moved.
 */
export function hideScript(table: readonly Rpm[]): string {
  return `hide() {
  path=$2; from=\${3:-$2}
  if [ -L "$from" ]; then
    target=$(readlink -f "$from")
    rm "$from"
  elif [ -f "$from" ]; then
    target=${hiddenFolder}$from
    mkdir -p "$(dirname "$target")"
    mv "$from" "$target"
  else
    echo "nothing to hide at $from for $1" >&2
    exit 1
  fi
  printf '%s\\t%s\\t%s\\n' "$1" "$path" "$target" >&3
}
hidePackage() {
  for path in $(dpkg -L "$2" | grep -E '^/usr/(bin|include|lib/[^/]*/pkgconfig)/'); do
    [ -d "$path" ] || hide "$1" "$path"
  done
}
${table.flatMap(hideCalls).join('\n')}`
}

function hideCalls({ name, files = [], debian }: Rpm): string[] {
  const ofFiles = files.map((file) =>
    typeof file === 'string' ? `hide ${name} ${file}` : `hide ${name} ${file.path} ${file.from}`,
  )
  return debian ? [...ofFiles, `hidePackage ${name} ${debian}`] : ofFiles
}
