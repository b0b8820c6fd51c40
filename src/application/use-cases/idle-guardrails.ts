import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { GuardrailId } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { isOwnGuardrail } from '../../domain/spend/choose-guardrail.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { endingPrefix, idlePrefix, listGuards } from '../perform/list-guards.js'
import type { Guardrail } from '../ports/guardrail.js'
import type { GuardView } from './guard-drift.js'

const day = 86_400_000
/** So long a guardrail of ours must have been on no key. */
const idleFor = 7 * day
/** From the note that it is to go until it goes: longer than any request that was begun before the note may take. */
const endingFor = 600_000

type Noting = Pick<Deps, 'notes'>

const write = (deps: Noting, name: string, value: string | null, before: string | null): TE.TaskEither<VaultError, unknown> =>
  pipe(deps.notes.swap(name, before, value), TE.mapLeft(unavailable))

/** Guardrails that bear this vault's mark and are on no key. Another vault's are not among them, whatever they do. */
const idleIn = (deps: Pick<Deps, 'vault'>, { guards: { guardrails, assignments } }: GuardView): ReadonlyArray<Guardrail> => {
  const used = new Set<string>(assignments.map(({ guardrail }) => guardrail))
  return guardrails.filter((each) => isOwnGuardrail(deps.vault, each) && !used.has(each.id))
}

/** Notes since when each is idle, and forgets those that are not. */
export const noteIdle = (deps: Deps, view: GuardView): TE.TaskEither<VaultError, void> => {
  const idle = new Set(idleIn(deps, view).map(({ id }) => id as string))
  return pipe(
    TE.Do,
    TE.bind('known', () => TE.mapLeft(unavailable)(deps.notes.read(idlePrefix))),
    TE.bind('ending', () => TE.mapLeft(unavailable)(deps.notes.read(endingPrefix))),
    TE.flatMap(({ known, ending }) => {
      const fresh = [...idle].filter((id) => !known.has(`${idlePrefix}${id}`))
      const over = [...known, ...ending].filter(([name]) => !idle.has(name.slice(name.lastIndexOf('/') + 1)))
      return TE.traverseSeqArray((each: () => TE.TaskEither<VaultError, unknown>) => each())([
        ...fresh.map((id) => () => write(deps, `${idlePrefix}${id}`, String(view.at), null)),
        ...over.map(([name, value]) => () => write(deps, name, null, value)),
      ])
    }),
    TE.map(() => undefined),
  )
}

const isOlder = (text: string | undefined, than: number, now: Instant): boolean => {
  const since = Number(text ?? Number.NaN)
  return Number.isFinite(since) && since <= now && now - since >= than
}

/** Read anew just before: it is still ours and still on no key. Everything else leaves it. */
const deleteOne = (deps: Deps, id: GuardrailId): TE.TaskEither<VaultError, ReadonlyArray<string>> =>
  pipe(
    listGuards(deps),
    TE.map((guards) => idleIn(deps, { guards, at: deps.clock.now() }).find((each) => each.id === id)),
    TE.flatMap((found) => (found === undefined ? TE.right([]) : TE.map(() => [found.name])(deps.client.deleteGuardrail(id)))),
    TE.match(
      (): ReadonlyArray<string> => [],
      (names) => names,
    ),
    TE.fromTask<ReadonlyArray<string>, VaultError>,
  )

/**
 * Deletes guardrails of this vault that were on no key for a week, in two steps: first it is noted that one is to go, so that nobody of
 * this vault takes it up; ten minutes later, when whoever had chosen it before is done, it is read once more and deleted. Answers names.
 */
export const deleteIdle = (deps: Deps, view: GuardView): TE.TaskEither<VaultError, ReadonlyArray<string>> => {
  const now = deps.clock.now()
  return pipe(
    TE.Do,
    TE.bind('since', () => TE.mapLeft(unavailable)(deps.notes.read(idlePrefix))),
    TE.bind('ending', () => TE.mapLeft(unavailable)(deps.notes.read(endingPrefix))),
    TE.flatMap(({ since, ending }) => {
      const old = idleIn(deps, view).filter(({ id }) => isOlder(since.get(`${idlePrefix}${id}`), idleFor, now))
      return TE.traverseSeqArray(({ id }: Guardrail): TE.TaskEither<VaultError, ReadonlyArray<string>> => {
        const noted = ending.get(`${endingPrefix}${id}`)
        if (isOlder(noted, endingFor, now)) return deleteOne(deps, id)
        return noted === undefined ? TE.map(() => [])(write(deps, `${endingPrefix}${id}`, String(now), null)) : TE.right([])
      })(old)
    }),
    TE.map((names) => names.flat()),
  )
}
