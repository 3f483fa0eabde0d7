// Scripts for shells to complete commands; npx run-playbook completes as well.

/** By shell. Candidates may have a description after a tab, which bash does not show. */
export const completionScripts = {
  // Readline also breaks words at = and :, so the part before the last break is removed from each candidate.
  bash: `# run-playbook completion for bash
_run_playbook() {
  local line=\${COMP_LINE:0:COMP_POINT} word part=\${COMP_WORDS[COMP_CWORD]} prefix candidate
  local command=\${COMP_WORDS[0]} folder=$PWD
  if [[ $command == npx ]]; then
    [[ \${COMP_WORDS[1]} == run-playbook && COMP_CWORD -gt 1 ]] || return
    line=run-playbook\${line#*run-playbook}
    while [[ ! -x $folder/node_modules/.bin/run-playbook ]]; do
      [[ -n $folder ]] || return
      folder=\${folder%/*}
    done
    command=$folder/node_modules/.bin/run-playbook
  fi
  [[ $part == [=:] ]] && part=
  word=\${line##*[[:space:]]}
  prefix=\${word%"$part"}
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    [[ -n $candidate ]] || continue
    [[ $candidate == *[/=.] ]] && compopt -o nospace 2>/dev/null
    candidate=\${candidate#"$prefix"}
    [[ $part != [\\"\\']* && $candidate == *[[:space:]]* ]] && candidate=$(printf %q "$candidate")
    COMPREPLY+=("$candidate")
  done < <("$command" complete --line "$line" 2>/dev/null)
}
complete -o bashdefault -o default -F _run_playbook run-playbook
complete -p npx >/dev/null 2>&1 || complete -o bashdefault -o default -F _run_playbook npx
`,
  zsh: `#compdef run-playbook npx
# run-playbook completion for zsh
_run_playbook() {
  local -a lines plain partial
  local line candidate command=\${words[1]} folder=$PWD
  if [[ $command == npx ]]; then
    [[ \${words[2]} == run-playbook ]] && (( CURRENT > 2 )) || { _files; return }
    while [[ ! -x $folder/node_modules/.bin/run-playbook ]]; do
      [[ -n $folder ]] || return
      folder=\${folder%/*}
    done
    command=$folder/node_modules/.bin/run-playbook
    shift words
    (( CURRENT-- ))
  fi
  lines=("\${(@f)$("$command" complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in $lines; do
    candidate=\${line%%$'\\t'*}
    [[ -n $candidate ]] || continue
    if [[ $candidate == *[/=.] ]]; then partial+=("$candidate"); else plain+=("$candidate"); fi
  done
  (( $#plain + $#partial )) || { _files; return }
  (( $#plain )) && compadd -a plain
  (( $#partial )) && compadd -S '' -a partial
}
if [[ $funcstack[1] == _run-playbook ]]; then _run_playbook "$@"; else compdef _run_playbook run-playbook npx; fi
`,
  fish: `# run-playbook completion for fish
function __run_playbook_complete
  set -l words (commandline -opc)
  $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c run-playbook -f -a '(__run_playbook_complete)'
function __run_playbook_npx
  set -l words (commandline -opc)
  set -l folder $PWD
  while not test -x "$folder/node_modules/.bin/run-playbook"
    test -n "$folder"; or return
    set folder (string replace -r '/[^/]*$' '' -- "$folder")
  end
  $folder/node_modules/.bin/run-playbook complete -- $words[3..-1] (commandline -ct) 2>/dev/null
end
complete -c npx -n '__fish_seen_subcommand_from run-playbook' -f -a '(__run_playbook_npx)'
`,
}
