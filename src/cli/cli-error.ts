import type { VaultError } from '../application/errors.js'

/** What goes wrong around the library: asking, starting, and understanding the command line. */
export type LocalError =
  /** The command line cannot be understood. */
  | { readonly _tag: 'Usage'; readonly message: string; readonly hint: string | null }
  /** Somebody had to be asked, and nobody can be. `instead` names the flag or variable that answers. */
  | { readonly _tag: 'AnswerNeeded'; readonly what: string; readonly instead: string }
  | { readonly _tag: 'Declined' }
  /** The user broke off at a question. */
  | { readonly _tag: 'BrokenOff' }
  /** What was asked for was done, and its result could not be written to standard output. */
  | { readonly _tag: 'OutputLost'; readonly code: string }
  /** `sandbox` cannot listen on this port. */
  | { readonly _tag: 'PortUnavailable'; readonly port: number; readonly message: string }
  /** No program is here that reaches a clipboard, or the one that is here failed. */
  | { readonly _tag: 'NoClipboard' }
  | { readonly _tag: 'ClipboardFailed'; readonly program: string }
  /** The key has no page on OpenRouter's site that could be told. */
  | { readonly _tag: 'NoPage'; readonly name: string; readonly why: string }
  /** `exec` could not start its command. */
  | { readonly _tag: 'CommandNotFound'; readonly command: string }
  | { readonly _tag: 'CommandNotExecutable'; readonly command: string; readonly reason: string }

/** What a command can answer instead of its result. */
export type CliError = (VaultError & MaybeMeant) | LocalError

interface MaybeMeant {
  /** A name of the vault that is close to the one that is not there. */
  readonly didYouMean?: string
}

const localTags: Readonly<Record<LocalError['_tag'], true>> = {
  Usage: true,
  AnswerNeeded: true,
  Declined: true,
  BrokenOff: true,
  OutputLost: true,
  PortUnavailable: true,
  NoClipboard: true,
  ClipboardFailed: true,
  NoPage: true,
  CommandNotFound: true,
  CommandNotExecutable: true,
}

export const isLocalError = (error: CliError): error is LocalError => Object.hasOwn(localTags, error._tag)

export const usage = (message: string, hint: string | null = null): CliError => ({ _tag: 'Usage', message, hint })
