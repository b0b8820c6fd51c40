import type { CliError } from './cli-error.js'

export type ErrorExit = 1 | 2 | 3 | 4 | 5 | 6 | 8 | 126 | 127 | 130

/** An error as people and scripts see it. */
export interface RenderedError {
  /** The process's exit code. */
  readonly exit: ErrorExit
  /** For programs; see the error's own type. */
  readonly tag: CliError['_tag']
  /** What happened, in one or two sentences. */
  readonly message: string
  /** What to do now. */
  readonly hint: string | null
  /** Whether the same command may succeed later without anything else being done. */
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
}

/** The document that `--json` puts on the last line of stderr. */
export const errorDocument = ({ tag, message, retryable, hint, details }: RenderedError): string =>
  JSON.stringify({ error: { tag, message, retryable, hint, details } })
