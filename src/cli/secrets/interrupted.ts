// Ctrl-C at a question: nothing was begun, and nothing is. The command ends with 130.

export class Interrupted extends Error {}
