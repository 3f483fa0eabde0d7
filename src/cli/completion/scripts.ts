// Completion scripts for shells, which call `run-playbook complete`.

/** By shell. Candidates may have a description after a tab, which bash does not show. */
export const completionScripts = {
  // Readline also breaks words at = and :, so the part before the last break is removed from each candidate.
  bash: `# run-playbook completion for bash
_run_playbook() {
  local line=\${COMP_LINE:0:COMP_POINT} word part=\${COMP_WORDS[COMP_CWORD]} prefix candidate
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
  done < <("\${COMP_WORDS[0]}" complete --line "$line" 2>/dev/null)
}
complete -o bashdefault -o default -F _run_playbook run-playbook
`,
  zsh: `#compdef run-playbook
# run-playbook completion for zsh
_run_playbook() {
  local -a lines plain partial
  local line candidate
  lines=("\${(@f)$("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in $lines; do
    candidate=\${line%%$'\\t'*}
    [[ -n $candidate ]] || continue
    if [[ $candidate == *[/=.] ]]; then partial+=("$candidate"); else plain+=("$candidate"); fi
  done
  (( $#plain + $#partial )) || { _files; return }
  (( $#plain )) && compadd -a plain
  (( $#partial )) && compadd -S '' -a partial
}
if [[ $funcstack[1] == _run-playbook ]]; then _run_playbook "$@"; else compdef _run_playbook run-playbook; fi
`,
  fish: `# run-playbook completion for fish
function __run_playbook_complete
  set -l words (commandline -opc)
  $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c run-playbook -f -a '(__run_playbook_complete)'
`,
}
