import { isLeft } from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'

import type { OpenedVault, UsageReport, VaultError } from '../../index.js'
import type { Answer } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { limit, money } from '../format/money.js'
import { isJson, type Session, warn } from '../session.js'

/** Between two looks at OpenRouter, which counts seconds to minutes late, and at the vault alone. Milliseconds. */
const betweenReads = { remote: 60_000, cached: 5_000 } as const

/** What to read again and again: one key, or all of them. */
export type ReadUsage = (vault: OpenedVault) => TE.TaskEither<VaultError, ReadonlyArray<UsageReport>>

const lineOf = ({ name, level, usage, limits }: UsageReport, now: number): string =>
  [
    new Date(now).toISOString().slice(11, 19),
    name,
    level,
    `month ${money(usage.currentMonth)} of ${limit(limits.monthlySpend)}`,
    `day ${money(usage.currentDay)} of ${limit(limits.dailySpend)}`,
  ].join('  ')

const tell = (session: Session, reports: ReadonlyArray<UsageReport>): void => {
  for (const report of reports) session.io.stdout.write(`${isJson(session) ? JSON.stringify(report) : lineOf(report, session.deps.now())}\n`)
}

const isOver = ({ deps, io }: Session): boolean => deps.stop.name() !== null || io.stdout.isClosed()

/** Prints what is read, one line a key, until the user stops it or nobody reads any more. An outage after the first reading is told and survived. */
export const followUsage = (session: Session, vault: OpenedVault, read: ReadUsage, cached: boolean): TE.TaskEither<CliError, Answer> => async () => {
  for (let first = true; first || !isOver(session); first = false) {
    const answer = await read(vault)()
    if (isLeft(answer)) {
      if (first || answer.left._tag !== 'RemoteUnavailable') return answer
      warn(session, `OpenRouter could not be read: ${answer.left.message}`)
    } else tell(session, answer.right)
    await session.deps.pause(cached ? betweenReads.cached : betweenReads.remote)
  }
  return { _tag: 'Right', right: { _tag: 'Done', code: 0 } }
}
