// All tasks that come with run-playbook.

export { copyFile } from './copyFile.ts'
export { directory } from './directory.ts'
export { dnfInstall } from './dnfInstall.ts'
export { download } from './download.ts'
export { editXml } from './editXml.ts'
export { firewallPort } from './firewallPort.ts'
export { firewallRichRule } from './firewallRichRule.ts'
export { line } from './line.ts'
export { patchCatalinaSh } from './patchCatalinaSh.ts'
export { unarchive } from './unarchive.ts'
