// The syntax tree of a template. `offset` is where in the text a node begins.

import type { Value } from '../values/value.ts'

export type Expression = { readonly offset: number } & (
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'item'; readonly object: Expression; readonly key: Expression }
  | {
      readonly kind: 'slice'
      readonly object: Expression
      readonly bounds: readonly (Expression | undefined)[]
    }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: Arguments }
  | { readonly kind: 'filter'; readonly input: Expression; readonly name: string; readonly args: Arguments }
  | { readonly kind: 'test'; readonly input: Expression; readonly name: string; readonly args: Arguments }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: '+' | '-' | '*' | '/' | '//' | '%' | '**'
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'conditional'
      readonly test: Expression
      readonly value: Expression
      readonly otherwise?: Expression
    }
)

export type Comparison = {
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'
  readonly operand: Expression
}

export type Arguments = {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [name: string, value: Expression])[]
  /** `*list` and `**dict`. */
  readonly rest?: Expression
  readonly namedRest?: Expression
}

/** What `for` and `set` assign to: names, also several in a tuple, and attributes of namespaces. */
export type AssignmentTarget =
  | { readonly kind: 'name'; readonly name: string; readonly offset: number }
  | {
      readonly kind: 'namespace'
      readonly name: string
      readonly attribute: string
      readonly offset: number
    }
  | { readonly kind: 'targets'; readonly items: readonly AssignmentTarget[]; readonly offset: number }

/** A parameter of a macro. */
export type Parameter = { readonly name: string; readonly otherwise?: Expression }

export type Body = readonly Statement[]

export type Macro = {
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly body: Body
  /** Which of `caller`, `varargs` and `kwargs` the body names. */
  readonly uses: ReadonlySet<string>
}

export type Statement = { readonly offset: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output' | 'do'; readonly value: Expression }
  | {
      readonly kind: 'if'
      readonly branches: readonly { readonly test: Expression; readonly body: Body }[]
      readonly otherwise: Body
    }
  | {
      readonly kind: 'for'
      readonly target: AssignmentTarget
      readonly iterable: Expression
      readonly filter?: Expression
      readonly isRecursive: boolean
      readonly body: Body
      readonly otherwise: Body
    }
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'set'; readonly target: AssignmentTarget; readonly value: Expression }
  /** `filters` have the block's text as the input of the innermost one, a constant. */
  | {
      readonly kind: 'setBlock'
      readonly target: AssignmentTarget
      readonly filters: readonly Filtering[]
      readonly body: Body
    }
  | { readonly kind: 'filterBlock'; readonly filters: readonly Filtering[]; readonly body: Body }
  | { readonly kind: 'macro'; readonly macro: Macro }
  | { readonly kind: 'callBlock'; readonly call: Expression; readonly caller: Macro }
  | {
      readonly kind: 'with'
      readonly assignments: readonly (readonly [AssignmentTarget, Expression])[]
      readonly body: Body
    }
  | {
      readonly kind: 'include'
      readonly template: Expression
      readonly ignoreMissing: boolean
      readonly withContext: boolean
    }
  | {
      readonly kind: 'import'
      readonly template: Expression
      readonly name: string
      readonly withContext: boolean
    }
  | {
      readonly kind: 'fromImport'
      readonly template: Expression
      readonly names: readonly (readonly [name: string, as: string])[]
      readonly withContext: boolean
    }
  | { readonly kind: 'extends'; readonly template: Expression }
  | { readonly kind: 'block'; readonly block: TemplateBlock }
)

export type Filtering = { readonly name: string; readonly args: Arguments; readonly offset: number }

export type TemplateBlock = {
  readonly name: string
  readonly body: Body
  readonly isScoped: boolean
  readonly isRequired: boolean
}

export type Template = {
  readonly body: Body
  readonly blocks: ReadonlyMap<string, TemplateBlock>
}
