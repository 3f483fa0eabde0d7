// Talks to TypeScript's language server as an editor does.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export type Completion = { readonly name: string; readonly documentation: string }

type Message = {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
}

type Item = { readonly label: string; readonly documentation?: string | { readonly value: string } }

/** The language server for a folder with a tsconfig.json. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #folder: string
  readonly #waiting = new Map<number, (message: Message) => void>()
  #received = Buffer.alloc(0)
  #id = 0

  constructor(tsc: string, folder: string) {
    this.#folder = folder
    this.#child = spawn(process.execPath, [tsc, '--lsp', '--stdio'], { cwd: folder })
    this.#child.stdout.on('data', (bytes: Buffer) => this.#receive(bytes))
  }

  async open(file: string, text: string): Promise<void> {
    const rootUri = pathToFileURL(this.#folder).href
    const completionItem = {
      documentationFormat: ['markdown'],
      resolveSupport: { properties: ['documentation'] },
    }
    const capabilities = { textDocument: { completion: { completionItem } } }
    const workspaceFolders = [{ uri: rootUri, name: 'site' }]
    await this.#request('initialize', { processId: process.pid, rootUri, capabilities, workspaceFolders })
    this.#send({ method: 'initialized', params: {} })
    const textDocument = { uri: this.#uri(file), languageId: 'typescript', version: 1, text }
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } })
  }

  /** What an editor offers at a place of the text, each with its documentation. */
  async completions(file: string, text: string, offset: number): Promise<Completion[]> {
    const before = text.slice(0, offset).split('\n')
    const position = { line: before.length - 1, character: before.at(-1)!.length }
    const textDocument = { uri: this.#uri(file) }
    const { result } = await this.#request('textDocument/completion', { textDocument, position })
    const items = Array.isArray(result) ? result : ((result as { items?: Item[] } | null)?.items ?? [])
    const resolved: Completion[] = []
    for (const item of items as Item[]) {
      const { documentation = '' } = (await this.#request('completionItem/resolve', item)).result as Item
      const value = typeof documentation === 'string' ? documentation : documentation.value
      resolved.push({ name: item.label.replace(/\?$/, ''), documentation: value })
    }
    return resolved
  }

  close(): void {
    this.#child.kill()
  }

  #uri(file: string): string {
    return pathToFileURL(join(this.#folder, file)).href
  }

  #request(method: string, params: unknown): Promise<Message> {
    this.#id += 1
    const id = this.#id
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#send({ id, method, params })
    })
  }

  #send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes])
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, end))?.[1])
      if (this.#received.length < end + 4 + length) return
      const message = JSON.parse(this.#received.toString('utf8', end + 4, end + 4 + length)) as Message
      this.#received = this.#received.subarray(end + 4 + length)
      if (message.id === undefined) continue
      if (message.method === undefined) this.#waiting.get(message.id)?.(message)
      else this.#send({ id: message.id, result: null })
    }
  }
}
