import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyCommand } from '../../domain/key/command.js'
import type { KeySpec } from '../../domain/key/spec.js'
import type { KeyState } from '../../domain/key/state.js'
import { publicState } from '../../domain/key/view.js'
import { type KeyName, lineageOf, type WorkspaceId } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { toDecimalDollars, zero } from '../../domain/shared/picodollars.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import { causeOf } from '../causes.js'
import type { Deps, LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { refusalError, transact } from '../transact.js'
import type { AddOptions } from '../vault.js'
import { unenforcedNotes } from './enforcement.js'
import { parseExpiry, parseLimits, parseName, parseTags } from './input.js'
import { changeReport, incomplete, lastOf, undoneError } from './outcome.js'

/** What was asked for, checked as far as it can be without OpenRouter. */
export interface AddRequest {
  readonly name: KeyName
  readonly spec: KeySpec
  readonly workspace: string | null
  readonly ifMissing: boolean
}

export const parseAdd = (name: string, options: AddOptions, now: Instant): E.Either<VaultError, AddRequest> =>
  pipe(
    E.Do,
    E.bind('name', () => parseName(name)),
    E.bind('limits', () => parseLimits(options)),
    E.bind('expiresAt', () => (options.expires === undefined ? E.right(null) : parseExpiry(options.expires, now))),
    E.bind('tags', () => parseTags(options.tags ?? {})),
    E.map(({ name: parsed, limits, expiresAt, tags }) => ({
      name: parsed,
      spec: {
        limits,
        includeByok: options.includeByok === true,
        expiresAt,
        workspace: null,
        tags,
        requireEnforced: options.requireEnforced === true,
      },
      workspace: options.workspace ?? null,
      ifMissing: options.ifMissing === true,
    })),
  )

const addCommand =
  (deps: Pick<LocalDeps, 'clock'>, name: KeyName, spec: KeySpec) =>
  (state: KeyState): KeyCommand => ({
    _tag: 'Add',
    lineage: lineageOf(name, state.lineages + 1),
    spec,
    at: deps.clock.now(),
  })

/** Everything that can be refused here is refused here, before any request. */
export type LocalCheck =
  | { readonly _tag: 'Free' }
  | { readonly _tag: 'Unfinished' }
  | { readonly _tag: 'There'; readonly report: ChangeReport }

export const checkLocally = (deps: LocalDeps, request: AddRequest): TE.TaskEither<VaultError, LocalCheck> =>
  pipe(
    loadKey(deps, request.name),
    TE.flatMapEither(({ state }): E.Either<VaultError, LocalCheck> => {
      const decision = deps.protocol.decider.decide(addCommand(deps, request.name, request.spec)(state), state)
      if (E.isRight(decision)) return E.right({ _tag: 'Free' })
      const shown = publicState(state)
      if (request.ifMissing && state.stage._tag === 'Held' && state.stage.key.remote._tag === 'Absent')
        return E.left({ _tag: 'KeyVanished', name: request.name })
      if (request.ifMissing && (shown === 'active' || shown === 'suspended'))
        return E.right({ _tag: 'There', report: changeReport(request.name, 'unchanged', { state, events: [] }, { remote: 'live' }) })
      if (request.ifMissing && shown === 'provisioning') return E.right({ _tag: 'Unfinished' })
      return E.left(refusalError(request.name, decision.left, state))
    }),
  )

const resolveWorkspace = (deps: Deps, wanted: string | null): TE.TaskEither<VaultError, WorkspaceId | null> => {
  if (wanted === null) return TE.right(null)
  return pipe(
    deps.client.listWorkspaces(),
    TE.matchE(
      (error) => undoneError(deps, causeOf(error)),
      (workspaces) => {
        const found = workspaces.find((each) => each.id === wanted || each.slug === wanted || each.name === wanted)
        return found === undefined
          ? TE.left<VaultError, WorkspaceId>({
              _tag: 'InvalidInput',
              field: 'workspace',
              rule: `must be one of ${workspaces.map((each) => each.slug ?? each.name).join(', ')}`,
            })
          : TE.right(found.id)
      },
    ),
  )
}

const residualNote = (advanced: Advanced): ReadonlyArray<string> => {
  const { stage } = advanced.state
  if (stage._tag !== 'Held' || stage.key.floor === zero) return []
  return [
    `OpenRouter refused a limit of zero, so until its activation the key could have spent ${toDecimalDollars(stage.key.floor)} USD`,
  ]
}

const outcomes: ReadonlySet<string> = new Set(['Provisioned', 'CreationFailed', 'CreationOutcomeUnknown', 'AttemptClosed'])

/** Whether another process closed an attempt of this run before its answer came: then this run cannot say what came of it. */
const isDisowned = (events: Advanced['events']): boolean => {
  const told = new Set(events.flatMap((event) => ('attempt' in event && outcomes.has(event.type) ? [event.attempt] : [])))
  return events.some((event) => event.type === 'CreationIntended' && !told.has(event.attempt))
}

const disowned = 'another process closed the attempt before its answer came; reconcile destroys the key if one was made'

/** Nothing is left of it. A key that nobody would have enforced is an answer, since that was asked for. */
const rolledBack = (deps: Deps, name: KeyName, advanced: Advanced, cause: Cause): TE.TaskEither<VaultError, ChangeReport> => {
  if (cause.kind === 'unenforced')
    return TE.right(changeReport(name, 'rolled-back', advanced, { remote: 'revoked', reason: cause.message }))
  return cause.kind === 'user' ? TE.left({ _tag: 'KeyBeingRemoved', name }) : undoneError(deps, cause)
}

const conclude = (deps: Deps, name: KeyName, advanced: Advanced): TE.TaskEither<VaultError, ChangeReport> => {
  const { stage, strays } = advanced.state
  if (advanced.stop._tag === 'LogFailed') return TE.right(incomplete(name, advanced))
  if (stage._tag === 'Held')
    return pipe(
      unenforcedNotes(deps, name, advanced.state),
      TE.map((unenforced) =>
        changeReport(name, 'added', advanced, { remote: 'live', notes: [...residualNote(advanced), ...unenforced] }),
      ),
    )
  if (isDisowned(advanced.events)) return TE.right(incomplete(name, advanced, { reason: disowned }))
  const undone = lastOf(advanced.events, 'ProvisioningRolledBack')
  if (stage._tag === 'Vacant' && strays.length === 0 && undone !== null) return rolledBack(deps, name, advanced, undone.cause)
  return TE.right(incomplete(name, advanced, { remote: strays.length > 0 ? 'outstanding' : null }))
}

const begin = (deps: Deps, request: AddRequest): TE.TaskEither<VaultError, ReadonlyArray<Advanced['events'][number]>> =>
  pipe(
    resolveWorkspace(deps, request.workspace),
    TE.flatMap((workspace) =>
      transact(deps, request.name, addCommand(deps, request.name, { ...request.spec, workspace })),
    ),
    TE.flatMap((done) =>
      done._tag === 'Done' ? TE.right(done.events) : TE.left(refusalError(request.name, done.refusal, done.state)),
    ),
  )

/** Drives a new name, or with `Unfinished` one whose `add` was cut short, to an active key. */
export const add = (
  deps: Deps,
  request: AddRequest,
  check: Exclude<LocalCheck, { readonly _tag: 'There' }>,
): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    check._tag === 'Free' ? begin(deps, request) : TE.right([]),
    TE.flatMap((events) => advance(deps, request.name, budget, events)),
    TE.flatMap((advanced) => conclude(deps, request.name, advanced)),
  )
}
