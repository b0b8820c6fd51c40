import type { IncomingMessage, ServerResponse } from 'node:http'

import type * as E from 'fp-ts/lib/Either.js'

import { errorResponse } from '../simulated-openrouter/errors.js'
import type { Fault } from '../simulated-openrouter/fault.js'
import type { JournalEntry } from '../simulated-openrouter/journal.js'
import type { WireRequest, WireResponse } from '../simulated-openrouter/wire.js'
import { arrive, type World } from '../simulated-openrouter/world.js'
import { control } from './control.js'
import type { InvalidFaultSpec } from './fault-spec.js'
import { readRequest } from './read-request.js'

/** What a running sandbox answers from. */
export interface Serving {
  readonly world: World
  readonly now: () => number
  readonly fraction: () => number
  /** Replaced when faults are set. */
  nextFault: (request: WireRequest) => Fault | null
  readonly onRequest: (entry: JournalEntry) => void
}

const longestJournal = 10_000

const send = (answer: ServerResponse, response: WireResponse): void => {
  answer.writeHead(response.status, response.headers)
  answer.end(response.body)
}

const answerApi = (serving: Serving, request: WireRequest, answer: ServerResponse): void => {
  const { world } = serving
  const outcome = arrive(world, request, serving.nextFault(request), serving.now())
  const entry = world.journal.at(-1)
  if (entry !== undefined) serving.onRequest(entry)
  if (world.journal.length > longestJournal) world.journal.splice(0, longestJournal / 10)
  if (outcome._tag !== 'Answered') {
    answer.destroy()
    return
  }
  if (outcome.after === 0) return send(answer, outcome.response)
  const timer = setTimeout(() => send(answer, outcome.response), outcome.after)
  answer.once('close', () => clearTimeout(timer))
}

const nothingHere: WireResponse = {
  status: 404,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: '<!DOCTYPE html><html><head><title>404</title></head><body>This page could not be found. The API is at /api/v1.</body></html>',
}

const below = (prefix: string, request: WireRequest): WireRequest | null =>
  request.path.startsWith(`${prefix}/`) ? { ...request, path: request.path.slice(prefix.length) } : null

/** Answers one HTTP request: the API below `/api/v1`, the controls below `/__sandbox`, a page for the rest. */
export const serve =
  (serving: Serving, setFaults: (spec: string) => E.Either<InvalidFaultSpec, void>) =>
  async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    // A client that goes away in the middle is an ordinary event here.
    const request = await readRequest(incoming).catch(() => null)
    if (request === null) return send(answer, errorResponse(413, 'Payload Too Large'))
    const api = below('/api/v1', request)
    if (api !== null) return answerApi(serving, api, answer)
    const own = below('/__sandbox', request)
    send(answer, own === null ? nothingHere : control({ ...serving, setFaults }, own))
  }
