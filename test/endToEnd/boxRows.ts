// Cases of tasks that need only sh, on a host of the lab that has busybox alone.

import { copyFile, directory, line, link, remove, replace, shell, textBlock } from '../../tasks/index.ts'
import type { Topic } from './taskRows.ts'

export const boxTopics: readonly Topic[] = [
  {
    name: 'busybox',
    rows: [
      {
        title: 'folders, files and links are made, and removed',
        setup: 'mkdir -p /srv/t/gone && echo old >/srv/t/gone/file',
        tasks: () => [
          directory({ path: '/srv/t/new/folder', mode: '0750' }),
          copyFile({ dest: '/srv/t/new/folder/file', content: 'the text\n', mode: '0640' }),
          copyFile({ dest: '/srv/t/new/bytes', content: Buffer.from([0, 255, 10, 0]) }),
          link({ path: '/srv/t/link', target: 'new/folder/file' }),
          remove({ path: '/srv/t/gone', recursive: true }),
        ],
        shows: [
          "cd /srv/t && stat -c '%a %n' new/folder new/folder/file; cat link; wc -c <new/bytes; ls gone 2>&1",
          '750 new/folder\n640 new/folder/file\nthe text\n4\nls: gone: No such file or directory\n',
        ],
      },
      {
        title: 'texts are edited, and keep their mode',
        setup: "mkdir -p /srv/t && printf 'a=1\\nb=2\\n' >/srv/t/edited && chmod 600 /srv/t/edited",
        tasks: () => [
          line({ path: '/srv/t/edited', line: 'a=3', match: '^a=' }),
          replace({ path: '/srv/t/edited', pattern: 'b=(\\d)$', replacement: 'b is $1' }),
          textBlock({ path: '/srv/t/edited', block: 'c=4' }),
        ],
        shows: ["stat -c %a /srv/t/edited; grep -v '^#' /srv/t/edited", '600\na=3\nb is 2\nc=4\n'],
      },
      {
        title: 'shell text runs in its sh',
        tasks: () => [
          shell({ script: 'busybox | head -n 1 >made', chdir: '/srv/t', creates: '/srv/t/made' }),
        ],
        shows: ['cut -c1-7 /srv/t/made', 'BusyBox\n'],
      },
    ],
  },
]
