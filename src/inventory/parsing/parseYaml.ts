// Parses a YAML text as Ansible does: YAML 1.1 words, anchors, merges and Ansible's tags.

import { type Alias, type Document, isAlias, type Node, parseDocument, visit } from 'yaml'
import type { PlaybookError } from '../../model/errors/error.ts'
import { sourceText } from '../../model/errors/sourceText.ts'
import type { SourceNode } from './sourceNode.ts'
import { YamlReader, type YamlReaderOptions } from './yamlReader.ts'
import { controlCharacterError, syntaxErrors, wrongEncryptedLine } from './yamlSyntax.ts'

type ParsedYaml = {
  /** Undefined if the text is empty or does not parse. */
  readonly root?: SourceNode
  readonly errors: readonly PlaybookError[]
  readonly warnings: readonly PlaybookError[]
}

type ParseYamlOptions = YamlReaderOptions & {
  /** The file as messages show it. */
  readonly file: string
}

/**
 * Parses a YAML text: words mean what they mean in YAML 1.1, a duplicate key keeps its last value (with a warning),
 * `<<` merges, `!vault` becomes a secret, `!unsafe` marks text whose braces are not Jinja.
 *
 * It never throws: what is wrong is in `errors`, each E_YAML with line and column.
 */
export function parseYaml(text: string, options: ParseYamlOptions): ParsedYaml {
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    resolveKnownTags: false,
    uniqueKeys: false,
  })
  const source = sourceText(options.file, text)
  const unprintable = controlCharacterError(text, source)
  if (unprintable) return { errors: [unprintable], warnings: [] }
  if (document.errors.length > 0)
    return { errors: syntaxErrors(document, text, source, options.toSecret === undefined), warnings: [] }
  if (!document.contents) return { errors: [], warnings: [] }
  const reader = new YamlReader(source, options, aliasTargets(document, text))
  const root = reader.read(document.contents as Node)
  if (!options.toSecret) return { root, errors: reader.errors, warnings: reader.warnings }
  return { root, errors: reader.errors.map(withoutContent), warnings: reader.warnings.map(withoutContent) }
}

/** An error in an encrypted file: its message and hint may name what the file holds. */
function withoutContent(error: PlaybookError): PlaybookError {
  const message =
    error.code === 'E_DUPLICATE_KEY'
      ? 'a duplicate key in the encrypted file; the last value is used'
      : wrongEncryptedLine
  return error.with({ message, hint: undefined })
}

/** The node of each alias, in one walk: `alias.resolve(document)` would walk the document for each. */
function aliasTargets(document: Document, text: string): ReadonlyMap<Alias, Node> {
  const targets = new Map<Alias, Node>()
  if (!text.includes('*')) return targets
  const anchors = new Map<string, Node>()
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target) targets.set(node, target)
      } else if (node.anchor) anchors.set(node.anchor, node as Node)
    },
  })
  return targets
}
