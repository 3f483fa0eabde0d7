// The escape letters after a backslash in Python's strings.

/** In patterns and replacements of regular expressions, too. */
export const letterEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** In a text in quotes. */
export const pythonEscapes: Readonly<Record<string, string>> = { ...letterEscapes, "'": "'", '"': '"' }
