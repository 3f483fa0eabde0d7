// A tour of the file tasks on hosts that have only sh: the smaller demo runs it.

import { absolutePath, definePlay, z } from 'run-playbook'
import { copyFile, directory, editXml, line } from 'run-playbook/tasks'

export default definePlay({
  name: 'Tour',
  hosts: 'all',
  vars: z.object({ home: absolutePath }),
  tasks: ({ name, vars: { home } }) => [
    directory({ path: `${home}/logs`, mode: '0750' }),
    copyFile({ dest: `${home}/motd`, content: `This is ${name}, kept by run-playbook.\n` }),
    editXml({
      path: `${home}/conf/server.xml`,
      keep: `${home}/conf/server.xml_origin`,
      edits: [
        {
          set: "/Server/Service/Connector[@protocol='HTTP/1.1']",
          attributes: { port: 8090, server: 'Unknown' },
        },
        { uncomment: "/Server/Service/Connector[@protocol='AJP/1.3']", attributes: { address: '0.0.0.0' } },
      ],
    }),
    line({
      path: `${home}/conf/catalina.properties`,
      match: '^tomcat\\.util\\.buf\\.StringCache\\.byte\\.enabled=',
      line: 'tomcat.util.buf.StringCache.byte.enabled=false',
    }),
  ],
})
