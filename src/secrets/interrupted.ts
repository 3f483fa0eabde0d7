// Thrown for Ctrl-C at a prompt, before anything was started: exit code 130.

export class Interrupted extends Error {}
