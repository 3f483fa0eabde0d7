// The text that a worker prints after a file, before its exit code.

export const endMark = '\u0000end of file, exit code '
