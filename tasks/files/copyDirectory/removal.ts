// Removes paths below a folder, by their bytes and through no link.

import { run, type Step, sh, shellText } from '../../../src/index.ts'

/** A step that removes paths below `dest`, which are given as bytes: each character stands for one. */
export function removePathsStep(dest: string, paths: readonly string[]): Step {
  const lines = paths.map((path) => path.replace(/[\\\n]/g, escaped))
  return run(
    sh`dest=${dest}
${shellText(script)}`,
    {
      stdin: Buffer.from(`${lines.join('\n')}\n`, 'latin1'),
      paths: [{ path: dest, as: 'folder' }],
    },
  )
}

function escaped(character: string): string {
  return `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`
}

/** Each folder is entered again: what is no longer a folder of the tree is refused. */
const script = String.raw`last=
while IFS= read -r path; do
  case $path in *\\*) path=$(printf '%b.' "$path"); path=${'$'}{path%.} ;; esac
  case $path in */*) folder=$dest/${'$'}{path%/*} ;; *) folder=$dest ;; esac
  [ "$folder" = "$last" ] || rp_enter "$folder"
  last=$folder
  rp_drop "${'$'}{path##*/}" || exit 1
done`
