// Defines how to describe the files and commands of a host.

/** What a described command prints: its output, or that with its exit code. */
export type FakeAnswer =
  | string
  | { readonly stdout?: string; readonly stderr?: string; readonly code?: number }

/** One answer, or several: the last one whose `after` has been run applies. */
export type FakeAnswers =
  | FakeAnswer
  | readonly (FakeAnswer | (Exclude<FakeAnswer, string> & { readonly after?: string }))[]

export type FakeFile =
  | string
  | Buffer
  | { readonly content: string | Buffer; readonly mode?: number }
  | { readonly link: string }
