// The error of a template that cannot be parsed, at an offset of its text.

export class TemplateSyntaxError extends Error {
  readonly offset: number
  readonly hint: string | undefined

  constructor(message: string, offset: number, hint?: string) {
    super(message)
    this.offset = offset
    this.hint = hint
  }
}
