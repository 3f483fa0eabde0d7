// What the tests of file contexts share: archives, a repository, a web server, outcomes.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ran } from '../endToEnd/labSite.ts'
import { type GuestSite, guestName } from './guestSite.ts'

/**
 * Archives, one of them with a type of its own, a repository with two versions, a server of /srv/served, and in place of
 * make a script that puts the file `tool` below $INTO: what counts is the contexts that files get on their way.
 */
const sources = `mkdir -p /srv/served /srv/repo
cd /tmp && rm -rf pack tool && mkdir -p pack/conf tool && echo 1 >pack/version && echo x >pack/conf/app && ln -s version pack/link
echo x >tool/tool
tar -czf pack.tar.gz pack && tar -czf /srv/served/pack.tar.gz pack && tar -czf /srv/served/tool.tar.gz tool
zip -qr /srv/served/pack.zip pack/version pack/conf
echo moved >moved && chcon -t user_tmp_t moved pack.tar.gz
cat >/usr/local/bin/make <<'end'
#!/bin/sh
case " $* " in *' install '*) mkdir -p "$DESTDIR$INTO/bin" && cp tool "$DESTDIR$INTO/bin/" ;; esac
end
chmod 755 /usr/local/bin/make
cd /srv/repo && git init -q -b main && git config user.name lab && git config user.email lab@example.org
for version in 1 2; do mkdir -p sub$version && echo $version | tee page sub$version/page >all && git add -A && git commit -qm $version && git tag v$version; done
systemd-run --quiet --unit=lab-server python3 -m http.server --bind 127.0.0.1 --directory /srv/served 8099
id owner >/dev/null 2>&1 || useradd --create-home owner
timeout 300 sh -c 'until curl -sf -o /dev/null http://127.0.0.1:8099/; do sleep 1; done'
cd /srv/served && sha256sum pack.tar.gz tool.tar.gz | cut -c 1-64`

/** Sets the host and the site's folder up, and gives an inventory with the variables that the playbooks take. */
export async function setUpSources(site: GuestSite, setup: string): Promise<string> {
  const server = createServer((_, response) => response.end('downloaded\n')).listen(0, '127.0.0.1')
  server.unref()
  await new Promise((resolve) => server.on('listening', resolve))
  const big = Buffer.alloc(2_000_000, 'large ')
  site.write('files/big', big)
  site.write('files/tree/page', 'the page\n')
  site.write('files/tree/sub/page', 'another page\n')
  execFileSync('tar', ['-czf', `${site.folder}/files/pack.tar.gz`, '-C', `${site.folder}/files`, 'tree'])
  site.write('templates/page.j2', '{{ inventory_hostname }}\n')
  const [packSum, toolSum] = (await site.root(sources)).trim().split('\n').slice(-2)
  await site.root(setup)
  return site.inventory('inventory', {
    [guestName]: {
      ...{ ansible_user: 'ops', packSum, toolSum, onHost: 'http://127.0.0.1:8099' },
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      sum: createHash('sha256').update('downloaded\n').digest('hex'),
      key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H5bPkYB0GQjLrL0h1ZLSr3mIdP6dCwCr3qXwBzL2a',
    },
  })
}

/** Tasks that ended otherwise than they should, with their errors. */
export function failuresOf(ran: Ran, allowed: readonly string[] = ['ok', 'changed']): string[] {
  const ends = ran.lines.filter((each) => each.event === 'taskEnd')
  const wrong = ends.filter(({ status }) => !allowed.includes(status!))
  const texts = wrong.map(({ task, status, error, changes }) =>
    [task, status, error?.message, ...(error?.details ?? []), JSON.stringify(changes ?? [])].join(' | '),
  )
  return ends.length === 0 ? [ran.stdout + ran.stderr] : texts
}
