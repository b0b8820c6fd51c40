import { Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyView, ListOptions } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { limit, money } from '../format/money.js'
import { relativeTime } from '../format/relative-time.js'
import { stateText } from '../format/state-text.js'
import { type Column, table } from '../format/table.js'
import { type Session, withVault } from '../session.js'
import { parseTag } from './add.js'

interface Flags {
  readonly all?: boolean
  readonly tag?: string
  readonly state?: string
}

const states: ReadonlyArray<KeyView['state']> = [
  'provisioning',
  'active',
  'suspended',
  'rotating',
  'removing',
  'revocation-outstanding',
  'removed',
  'unreadable',
]

const columns: ReadonlyArray<Column> = [
  { title: 'NAME', mayShrink: true, atLeast: 12 },
  { title: 'STATE' },
  { title: 'MONTHLY LIMIT' },
  { title: 'DAILY LIMIT' },
  { title: 'THIS MONTH' },
  { title: 'CREATED', leftOut: 1 },
  { title: 'EXPIRES', leftOut: 2 },
  { title: 'ROTATION', leftOut: 2 },
  { title: 'PENDING', mayShrink: true },
  { title: 'TAGS', mayShrink: true, leftOut: 3 },
]

const tagsOf = ({ tags }: KeyView): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')

const row = (key: KeyView, now: number): ReadonlyArray<string> => [
  key.name,
  stateText(key),
  limit(key.limits.monthlySpend),
  key.limits.dailySpend === null ? '' : limit(key.limits.dailySpend),
  `${money(key.usage.currentMonth)}${key.usage.stale && key.usage.currentMonth !== null ? ' (old)' : ''}`,
  relativeTime(key.createdAt, now),
  key.expiresAt === null ? 'never' : relativeTime(key.expiresAt, now),
  key.rotation.dueAt === null ? '' : relativeTime(key.rotation.dueAt, now),
  key.pending.join(' '),
  tagsOf(key),
]

/** Columns in which no row has anything are left out. */
const withoutEmpty = (rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const used = columns.map((_, at) => rows.some((cells) => cells[at] !== ''))
  const keep = <A>(cells: ReadonlyArray<A>): ReadonlyArray<A> => cells.filter((_, at) => used[at] === true)
  return { columns: keep(columns), rows: rows.map(keep) }
}

const textOf = (keys: ReadonlyArray<KeyView>, { io, deps }: Session): string => {
  if (keys.length === 0) return ''
  const kept = withoutEmpty(keys.map((key) => row(key, deps.now())))
  return table(kept.columns, kept.rows, io.stdout.columns)
}

type Tag = readonly [key: string, value: string]

const toOptions = (flags: Flags): E.Either<CliError, ListOptions> => {
  const wanted: E.Either<CliError, Tag | null> = flags.tag === undefined ? E.right(null) : parseTag(flags.tag)
  return pipe(
    wanted,
    E.map((tag) => ({
      all: flags.all ?? false,
      ...(flags.state === undefined ? {} : { state: flags.state }),
      ...(tag === null ? {} : { tag: { key: tag[0], value: tag[1] } }),
    })),
  )
}

const answer = (keys: ReadonlyArray<KeyView>, text: string): Answer => {
  if (keys.some((key) => key.state === 'unreadable'))
    return incomplete(keys, text, 'A newer Lean Vault wrote what is unreadable here. Upgrade to see it; the other keys can be used.')
  return report(keys, text, keys.length === 0 ? 'No keys. lean-vault add <name> makes one.' : undefined)
}

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(toOptions(flags)),
      TE.flatMap((options) => withVault(session, (vault) => vault.list(options))),
      TE.map((keys) => answer(keys, textOf(keys, session))),
    )

/** `list` */
export const registerList: Register = (program, act) => {
  describe(program.command('list'), {
    summary: 'List the keys of the vault',
    more: 'Names, states, limits, usage and age, from what the vault knows; OpenRouter is not asked. An unknown amount is shown as unknown, never as 0. A narrow terminal shows less; show tells all of one key. Exit 7 when a newer Lean Vault wrote of a name, which is then shown as unreadable.',
    examples: ['list', 'list --all --json', 'list --tag team=web --state active'],
    exits: [0, 2, 7, 8],
  })
    .option('--all', 'show removed names too')
    .option('--tag <key=value>', 'only keys with this tag')
    .addOption(new Option('--state <state>', 'only keys in this state').choices(states))
    .action((flags: Flags) => act(body(flags)))
}
