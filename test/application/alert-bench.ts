import { isLeft } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { alertEventCodec, keyEventCodec, spendEventCodec, vaultEventCodec } from '../../src/adapters/event-codec/event-codec.js'
import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import { makeMemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import type { AlertDeps } from '../../src/application/alerts/alert-deps.js'
import { addChannel } from '../../src/application/alerts/manage-channels.js'
import type { AlertMessage, DeliveryProblem } from '../../src/application/ports/alert-channel.js'
import { defaultTiming } from '../../src/application/settings.js'
import type { KeyFacts } from '../../src/domain/alerts/facts.js'
import { type AlertPolicy, defaultPolicy } from '../../src/domain/alerts/policy.js'
import { type AttemptId, type KeyName, lineageOf, type OwnerId, type VaultId } from '../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import { key, noon, window } from '../domain/alerts/facts.js'
import { realProtocol } from '../simulation/run-plan.js'
import { makePrng } from '../simulation/prng.js'
import { sha256, simSealer } from '../simulation/sim-vault.js'

export type Answer = 'takes' | 'fails' | 'refuses' | (() => Promise<void>)

/** A log, a clock and channels that behave as they are told; every process has deps of its own. */
export interface AlertBench {
  readonly process: (name?: string) => AlertDeps
  readonly addChannel: (name: string) => Promise<void>
  readonly answers: Map<string, Answer>
  /** What each channel took or refused, in order. */
  readonly sent: Array<{ readonly channel: string; readonly message: AlertMessage; readonly taken: boolean; readonly at: number }>
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
  readonly gone: Set<OwnerId>
}

export const valueOf = async <A>(task: TaskEither<unknown, A>): Promise<A> => {
  const done = await task()
  if (isLeft(done)) throw new Error(JSON.stringify(done.left))
  return done.right
}

const problem = (hopeless: boolean): DeliveryProblem => ({ _tag: 'DeliveryProblem', hopeless, message: 'it answered badly', retryAfter: null })

export const makeAlertBench = (policy: Partial<AlertPolicy> = {}, parts: Partial<AlertDeps> = {}): AlertBench => {
  const store = makeMemoryStore({ vaultId: 'a'.repeat(32) as VaultId, format: 1 })
  const prng = makePrng(1)
  let now: number = noon
  const answers = new Map<string, Answer>()
  const sent: Array<AlertBench['sent'][number]> = []
  const gone = new Set<OwnerId>()
  const process = (name = 'one'): AlertDeps => ({
    log: openMemoryLog(store).log,
    keyEvents: keyEventCodec,
    vaultEvents: vaultEventCodec,
    alertEvents: alertEventCodec,
    spendEvents: spendEventCodec,
    notes: openMemoryLog(store).notes,
    sealer: simSealer,
    clock: { now: () => now as Instant, monotonic: () => (now - noon) as Millis, sleep: () => () => new Promise((resolve) => setImmediate(resolve)) },
    random: {
      nonce: () => prng.hex(32) as never,
      attemptId: () => prng.hex(32) as AttemptId,
      vaultId: () => prng.hex(32) as VaultId,
      fraction: () => prng.next(),
    },
    process: { owner: `bench:${name}` as OwnerId, isGone: (owner) => gone.has(owner), stopping: () => false },
    timing: defaultTiming,
    protocol: realProtocol,
    digest: sha256,
    policy: { ...defaultPolicy, ...policy },
    policySource: { _tag: 'File', places: [] },
    fulfil: null,
    ownRules: [],
    ownChannels: [],
    openChannel: ({ name: channel }) =>
      TE.right({
        deliver: (message) => async () => {
          const answer = answers.get(channel) ?? 'takes'
          const taken = answer === 'takes' || typeof answer === 'function'
          sent.push({ channel, message, taken, at: now })
          if (typeof answer === 'function') await answer()
          return taken ? { _tag: 'Right', right: undefined } : { _tag: 'Left', left: problem(answer === 'refuses') }
        },
      }),
    ...parts,
  })
  return {
    process,
    addChannel: async (name) => {
      await valueOf(addChannel(process(), name, { kind: 'stderr', address: 'here', credential: null }))
    },
    answers,
    sent,
    now: () => now,
    advance: (milliseconds) => void (now += milliseconds),
    gone,
  }
}

/** Facts of a key that has used so many percent of its limit of 25 dollars this month. */
export const using = (name: string, percent: number, now: number): KeyFacts =>
  key({
    name: name as KeyName,
    lineage: lineageOf(name as KeyName, 1),
    windows: [window({ used: (250_000_000_000n * BigInt(percent)) as never, readAt: now as Instant })],
  })
