import * as E from 'fp-ts/lib/Either.js'
import type { Dispatcher } from 'undici'

import type { HttpResponse, TransportError } from '../../application/ports/http.js'

/** What bounds one exchange. `once`: should undici ever begin to write the request again, it is stopped. */
export interface Bounds {
  /** Milliseconds from the call to the last byte of the answer, connecting included. */
  readonly timeout: number
  readonly mostBytes: number
  readonly once: boolean
}

type Result = E.Either<TransportError, HttpResponse>

const plainCode = /^[A-Z][A-Z0-9_]{1,60}$/

const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && plainCode.test(code) ? ` (${code})` : ''
}

const failure = (sent: boolean, message: string): Result => E.left({ _tag: 'TransportError', sent, message })

const flat = (headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

/**
 * Sends one request and reads its whole answer; never rejects.
 * `sent` is false exactly when undici never began to write the request: it says so (`onRequestStart`) before the first byte,
 * with the connection, its tunnel and its encryption already made. That is surer than a list of error codes.
 */
export const exchange = (
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { timeout, mostBytes, once }: Bounds,
): Promise<Result> =>
  new Promise((resolve) => {
    let isOver = false
    let starts = 0
    let size = 0
    let chunks: Buffer[] = []
    let head: Pick<HttpResponse, 'status' | 'headers'> | null = null
    let running: Dispatcher.DispatchController | null = null

    const finish = (result: Result): void => {
      isOver = true
      clearTimeout(timer)
      resolve(result)
    }
    const answered = (): void => {
      const body = new TextDecoder().decode(Buffer.concat(chunks))
      finish(head === null ? failure(true, 'the answer has no status') : E.right({ ...head, body }))
    }
    const timer = setTimeout(() => {
      finish(failure(starts > 0, `no whole answer within ${timeout} ms`))
      running?.abort(new Error('timed out'))
    }, timeout)

    dispatcher.dispatch(options, {
      onRequestStart: (controller) => {
        if (isOver || (once && starts > 0)) return controller.abort(new Error('not sent again'))
        starts += 1
        running = controller
        size = 0
        chunks = []
        head = null
      },
      onResponseStart: (_, status, headers) => {
        if (status >= 200) head = { status, headers: flat(headers) }
      },
      onResponseData: (controller, chunk) => {
        size += chunk.length
        if (size <= mostBytes) return void chunks.push(chunk)
        answered()
        controller.abort(new Error('too long'))
      },
      onResponseEnd: answered,
      onResponseError: (_, error) => {
        const words = starts > 0 ? 'the connection was lost before the answer was whole' : 'could not connect'
        finish(failure(starts > 0, `${words}${codeOf(error)}`))
      },
    })
  })
