import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { addManagementKey, createAccount } from '../simulated-openrouter/create-account.js'
import type { Settings } from '../simulated-openrouter/account.js'
import type { JournalEntry } from '../simulated-openrouter/journal.js'
import type { Sha256 } from '../simulated-openrouter/wire.js'
import { createWorld, type World } from '../simulated-openrouter/world.js'
import { faultPlan } from './fault-plan.js'
import { type InvalidFaultSpec, parseFaultSpec } from './fault-spec.js'
import { type Serving, serve } from './serve.js'

/** The port could not be opened: taken, or not allowed. */
export interface PortUnavailable {
  readonly _tag: 'PortUnavailable'
  readonly port: number
  readonly message: string
}

/** Somebody in plain JavaScript gave an option that there is not. */
export interface UnknownSandboxOption {
  readonly _tag: 'UnknownSandboxOption'
  readonly message: string
}

/** Why a sandbox could not be served. */
export type SandboxError = InvalidFaultSpec | PortUnavailable | UnknownSandboxOption

/** How a sandbox is to be served. Nothing given: a free port, no faults, a new account. */
export interface SandboxOptions {
  /** Default 0: any free one. */
  readonly port?: number
  /** See `parseFaultSpec`. */
  readonly faultSpec?: string
  /** Default: a random one. */
  readonly managementKey?: string
  /** Decides every secret that the sandbox makes. Default: random. */
  readonly seed?: string
  /** Slugs of workspaces beside the default one. */
  readonly workspaces?: ReadonlyArray<string>
  readonly settings?: Partial<Settings>
  /** Called after each request to the API; the entry is JSON and has no secrets. */
  readonly onRequest?: (entry: JournalEntry) => void
  /** Default: the system's clock, epoch milliseconds. */
  readonly now?: () => number
  /** In [0, 1); decides about `%` faults and random costs. Default: the system's. */
  readonly fraction?: () => number
}

/** A running sandbox. `url` is the API's base, ending in `/api/v1`; `close` also breaks open connections. */
export interface Sandbox {
  readonly url: string
  readonly managementKey: string
  readonly world: World
  readonly setFaults: (spec: string) => E.Either<InvalidFaultSpec, void>
  readonly close: TE.TaskEither<never, void>
}

const sha256: Sha256 = (text) => createHash('sha256').update(text, 'utf8').digest('hex')

const listen = (server: Server, port: number): TE.TaskEither<PortUnavailable, number> =>
  TE.tryCatch(
    () =>
      new Promise<number>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => {
          const address = server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : port)
        })
      }),
    (error) => ({ _tag: 'PortUnavailable', port, message: error instanceof Error ? error.message : 'cannot listen' }),
  )

const closed =
  (server: Server): TE.TaskEither<never, void> =>
  () =>
    new Promise((resolve) => {
      server.close(() => resolve(E.right(undefined)))
      server.closeAllConnections()
    })

const makeServing = (options: SandboxOptions, managementKey: string): Serving => {
  const { now = Date.now, fraction = Math.random, seed = randomBytes(16).toString('hex') } = options
  const { workspaces = [], settings = {} } = options
  const account = createAccount(sha256, { seed, at: now(), workspaces, settings })
  return {
    world: createWorld(sha256, addManagementKey(sha256, account, managementKey)),
    now,
    fraction,
    nextFault: () => null,
    onRequest: options.onRequest ?? (() => undefined),
  }
}

const withFaults = (serving: Serving, spec: string): E.Either<InvalidFaultSpec, void> =>
  pipe(
    parseFaultSpec(spec),
    E.map((rules) => {
      serving.nextFault = faultPlan(rules, serving.fraction)
    }),
  )

/**
 * Serves the simulated OpenRouter over HTTP on 127.0.0.1, state in memory only. The control endpoints are described at
 * `control`. A lost answer destroys the socket, and so do `late` (the request is applied after its delay) and
 * `refused-connection`, which over HTTP cannot be told from a lost request.
 */
export const startSandbox = (options: SandboxOptions = {}): TE.TaskEither<SandboxError, Sandbox> => {
  const managementKey = options.managementKey ?? `sk-or-v1-${randomBytes(32).toString('hex')}`
  const serving = makeServing(options, managementKey)
  const setFaults = (spec: string): E.Either<InvalidFaultSpec, void> => withFaults(serving, spec)
  const server = createServer((incoming, answer: ServerResponse) => void serve(serving, setFaults)(incoming, answer))
  return pipe(
    TE.fromEither(setFaults(options.faultSpec ?? '')),
    TE.flatMap((): TE.TaskEither<SandboxError, number> => listen(server, options.port ?? 0)),
    TE.map((port) => ({
      url: `http://127.0.0.1:${port}/api/v1`,
      managementKey,
      world: serving.world,
      setFaults,
      close: closed(server),
    })),
  )
}
