import type { Input, Output } from './io.js'

/** The part of a Node stream that output needs. */
export interface WriteStream {
  readonly columns?: number
  readonly write: (text: string) => unknown
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown
}

/** The part of a Node stream that input needs. */
export interface ReadStream extends AsyncIterable<unknown> {
  readonly destroy: () => unknown
}

/** A stream that is made when it is first used: making one costs a millisecond or two, and most runs use one of three. */
export interface Lazy<Stream> {
  readonly isTerminal: boolean
  readonly stream: () => Stream
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : 'unknown')

/** What writing to a pipe without a reader gives; the last two are Node's own, after the first. */
const readerGone: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])

/**
 * A stream whose reader may go away (`| head`): what is written then is dropped, without a complaint, and the command goes on
 * to its end. A removal must not stop half-way because nobody reads its report. Any other error, such as a full disk, is kept as `failure`.
 */
export const outputOf = ({ isTerminal, stream }: Lazy<WriteStream>): Output => {
  let isClosed = false
  let failure: string | null = null
  let listening: WriteStream | null = null
  const opened = (): WriteStream => {
    if (listening === null) {
      listening = stream()
      listening.on('error', (error) => {
        isClosed = true
        const code = codeOf(error)
        if (!readerGone.has(code)) failure ??= code
      })
    }
    return listening
  }
  return {
    write: (text) => {
      if (!isClosed && text !== '') opened().write(text)
    },
    isTerminal,
    columns: isTerminal ? (opened().columns ?? null) : null,
    isClosed: () => isClosed,
    failure: () => failure,
  }
}

const longest = 1_048_576

const readText = async (stream: ReadStream, onData: () => void): Promise<string> => {
  const chunks: Array<Buffer> = []
  let length = 0
  for await (const chunk of stream) {
    onData()
    const bytes = Buffer.from(chunk as string | Uint8Array)
    length += bytes.length
    if (length > longest) break
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Standard input, given up when its first byte is too long in coming or the program is asked to stop. */
export const inputOf = ({ isTerminal, stream }: Lazy<ReadStream>, stop: AbortSignal): Input => ({
  isTerminal,
  readAll: (patience) =>
    new Promise((resolve) => {
      const source = stream()
      const giveUp = (): void => {
        source.destroy()
        end(null)
      }
      const timer = setTimeout(giveUp, patience)
      const end = (text: string | null): void => {
        clearTimeout(timer)
        stop.removeEventListener('abort', giveUp)
        resolve(text)
      }
      stop.addEventListener('abort', giveUp)
      readText(source, () => clearTimeout(timer)).then(end, () => end(null))
    }),
})
