/** One output stream. */
export interface Output {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** Width of the terminal in characters; null where there is none. */
  readonly columns: number | null
  /** True once nothing can be written any more. A reader that has gone away is no error. */
  readonly isClosed: () => boolean
  /** The system's code of the error, such as `ENOSPC`, by which text was lost though a reader was there; null: none was. */
  readonly failure: () => string | null
}

/** Standard input, read only where a command asks for it. */
export interface Input {
  readonly isTerminal: boolean
  /** All of it as text; null when nothing came within `patience` milliseconds, or the program was asked to stop. */
  readonly readAll: (patience: number) => Promise<string | null>
}

/** All that a run sees of its surroundings. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Input
  readonly env: Readonly<Record<string, string | undefined>>
  readonly workingFolder: string
  readonly userFolder: string
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

/** Whether a variable such as `CI` says yes. */
export const isOn = (value: string | undefined): boolean => isSet(value) && value !== '0' && value !== 'false'

/** https://no-color.org and https://force-color.org; without either, colour is for terminals. */
export const hasColour = ({ env }: Pick<Io, 'env'>, output: Output): boolean => {
  if (isSet(env['NO_COLOR'])) return false
  if (isSet(env['FORCE_COLOR'])) return isOn(env['FORCE_COLOR'])
  return output.isTerminal && env['TERM'] !== 'dumb'
}
