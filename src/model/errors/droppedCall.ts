// Tells from source text whether the result of a call is thrown away.

/**
 * Whether a call of `name` in a line is a statement of its own, the body of a `forEach`, or initializes a variable that
 * the file does not name again. Where that is not certain, it is not.
 */
export function isCallDropped(source: string, line: number, name: string): boolean {
  const code = withoutTexts(source)
  const start = code.split('\n', line - 1).join('\n').length + (line > 1 ? 1 : 0)
  const end = code.indexOf('\n', start) < 0 ? code.length : code.indexOf('\n', start)
  const call = new RegExp(`(?:[\\w$]+\\??\\.)*(?<![\\w$])${escaped(name)}\\s*(?:<[^()]*>)?\\(`, 'g')
  return [...code.slice(start, end).matchAll(call)].some(({ index }) => isDropped(code, start + index))
}

function isDropped(code: string, at: number): boolean {
  const before = code.slice(0, at)
  const rest = before.trimEnd()
  if (/(?:&&|\|\||\?\?)$/.test(rest)) {
    const start = firstOfLine(code, rest.length)
    return !usesValue.test(code.slice(start)) && isDropped(code, start)
  }
  if (/(?<![\w$.])(?:await|void)$/.test(rest)) return isDropped(code, rest.search(/\w+$/))
  const variable = /(?<![\w$.]|\bexport\s+)(?:const|let|var)\s+([\w$]+)\s*(?::[^=;]*)?=$/.exec(rest)?.[1]
  if (variable !== undefined)
    return code.split(new RegExp(`(?<![\\w$.])${escaped(variable)}(?![\\w$])`)).length === 2
  if (rest === '' || /[;{}]$/.test(rest) || /(?<![\w$.])(?:else|do)$/.test(rest)) return true
  if (/\.forEach\(\s*(?:\([^()]*\)|[\w$]+)\s*=>$/.test(rest)) return true
  if (/(?:^|\n)\s*(?:case\b[^\n]*|default)\s*:$/.test(rest)) return true
  if (rest.endsWith(')') && isCondition(rest)) return true
  const isNewLine = before.slice(rest.length).includes('\n')
  return (
    isNewLine &&
    /[\w$)\]'"`]$/.test(rest) &&
    !/(?<![\w$.])(?:new|typeof|in|of|instanceof|yield|extends)$/.test(rest)
  )
}

/** What begins a line and does something with the value of what follows. */
const usesValue = /^(?:(?:return|throw|yield|export|const|let|var|case)\b|[\w$.[\]]+\s*[^\w\s=!<>]*=(?![=>]))/

/** `if (…)`, `for (…)` or `while (…)`. */
function isCondition(text: string): boolean {
  let depth = 0
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (text[index] === ')') depth += 1
    if (text[index] === '(') depth -= 1
    if (depth === 0) return /(?<![\w$.])(?:if|for|while)\s*$/.test(text.slice(0, index))
  }
  return false
}

function firstOfLine(code: string, end: number): number {
  const start = code.lastIndexOf('\n', end) + 1
  return start + code.slice(start).search(/\S/)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** The code with blanks for comments and for what is in quotes, of the same length. */
function withoutTexts(source: string): string {
  return source.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|[^`\\])*`/g,
    (text) => {
      const isComment = text.startsWith('/')
      const blank = text.replace(/[^\n]/g, ' ')
      return isComment ? blank : `${text[0]}${blank.slice(2)}${text[0]}`
    },
  )
}
