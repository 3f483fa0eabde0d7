// The flags of run-playbook history and report, as the command line gives them.

export type HistoryFlags = { readonly last?: number }

export type ReportFlags = {
  readonly verbose: number
  readonly diff?: boolean
  readonly output: 'auto' | 'lines' | 'jsonl' | 'junit' | 'html'
}
