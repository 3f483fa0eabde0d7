// A fake httpd prefix: an apachectl that refuses BAD, and a server that only sleeps.

import { chmodSync, copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type FakeHttpd = {
  readonly prefix: string
  readonly path: (name: string) => string
  readonly read: (name: string) => string
  readonly pid: () => number | undefined
  /** What -k start says and fails with. */
  readonly refuse: (words: string) => void
  readonly stop: () => void
}

export function fakeHttpd(folder: string): FakeHttpd {
  const prefix = join(folder, 'apache')
  const path = (name: string) => join(prefix, name)
  for (const each of ['bin', 'conf/extra', 'logs']) mkdirSync(path(each), { recursive: true })
  writeFileSync(path('conf/httpd.conf'), 'ServerRoot "x"\nTimeout 300\n')
  writeFileSync(path('bin/apachectl'), apachectl(prefix))
  chmodSync(path('bin/apachectl'), 0o755)
  copyFileSync(realpathSync('/bin/sleep'), path('bin/httpd'))
  const pid = () => {
    try {
      return Number(readFileSync(path('logs/httpd.pid'), 'utf8'))
    } catch {
      return undefined
    }
  }
  return {
    ...{ prefix, path, pid },
    read: (name) => readFileSync(path(name), 'utf8'),
    refuse: (words) => writeFileSync(path('refuse'), words),
    stop: () => {
      try {
        process.kill(pid()!, 'SIGKILL')
      } catch {}
    },
  }
}

function apachectl(prefix: string): string {
  return `#!/bin/sh
cd ${prefix} || exit 1
case "$*" in
-t)
  at=$(grep -rn BAD conf | grep -v run-playbook | head -n 1)
  [ -n "$at" ] || { echo 'Syntax OK' >&2; exit 0; }
  file=\${at%%:*}; rest=\${at#*:}
  echo "AH00526: Syntax error on line \${rest%%:*} of ${prefix}/$file:" >&2
  echo "Invalid command 'BAD', perhaps misspelled" >&2
  exit 1 ;;
'-t -D DUMP_INCLUDES')
  echo 'Included configuration files:'
  echo '  (*) ${prefix}/conf/httpd.conf'
  for f in conf/extra/*.conf; do [ -e "$f" ] && echo "    (9) ${prefix}/$f"; done
  exit 0 ;;
'-k start')
  [ ! -e refuse ] || { cat refuse >&2; exit 1; }
  setsid ${prefix}/bin/httpd 300 </dev/null >/dev/null 2>&1 & echo $! >logs/httpd.pid ;;
'-k graceful') cat logs/httpd.pid >logs/new && mv logs/new logs/httpd.pid ;;
esac
`
}
