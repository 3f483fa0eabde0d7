// The commands, for whoever mistypes one: what is no command is taken for a playbook.

/** As --help lists them; a test holds the two together. */
export const commandNames = [
  'task',
  'docs',
  'inventory',
  'vault',
  'config',
  'history',
  'report',
  'completion',
] as const
