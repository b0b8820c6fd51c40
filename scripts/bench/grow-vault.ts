import { createHash } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'

import { loadSettings } from '../../src/adapters/composition/load-settings.js'
import { openStore } from '../../src/adapters/composition/open-parts.js'
import { openSealer } from '../../src/adapters/composition/open-sealer.js'
import { openingOf } from '../../src/adapters/composition/unlock.js'
import type { EventRecord, NewRecord, SealedSecret, StreamAppend } from '../../src/application/ports/event-log.js'
import { secret } from '../../src/application/secret.js'
import { keySecretRef } from '../../src/application/secret-refs.js'
import { type KeyName, lineageOf } from '../../src/domain/shared/identifiers.js'
import type { VaultOptions } from '../../src/index.js'

export const told = async <Error, A>(task: TE.TaskEither<Error, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** A vault's parts, unlocked, below the library. */
export const openParts = async (options: VaultOptions) => {
  const around = await told(loadSettings(options))
  const store = await told(openStore(around))
  return told(openSealer(openingOf(around, options, store)))
}

type Parts = Awaited<ReturnType<typeof openParts>>

/** What a key lived through that was really added, suspended and resumed: its birth, and what repeats. */
export interface Template {
  readonly name: string
  readonly hash: string
  readonly birth: ReadonlyArray<NewRecord>
  readonly round: ReadonlyArray<NewRecord>
}

const newRecord = ({ type, schema, at, data }: EventRecord): NewRecord => ({ type, schema, at, data })

export const templateOf = (name: string, born: ReadonlyArray<EventRecord>, all: ReadonlyArray<EventRecord>): Template => {
  const provisioned = born.find(({ type }) => type === 'Provisioned')
  const { hash } = JSON.parse(provisioned?.data ?? '{}') as { readonly hash: string }
  return { name, hash, birth: born.map(newRecord), round: all.slice(born.length).map(newRecord) }
}

interface Grown {
  readonly name: string
  /** At least the birth; whole rounds after it. */
  readonly events: number
}

const perCommit = 2_000

/** How many events a key of about this many has: its birth and whole rounds. */
export const eventsOf = ({ birth, round }: Template, about: number): number =>
  birth.length + Math.max(0, Math.round((about - birth.length) / round.length)) * round.length

const recordsOf = (template: Template, name: string, hash: string, from: number, to: number): ReadonlyArray<NewRecord> => {
  const named = (record: NewRecord): NewRecord => ({
    ...record,
    data: record.data.replaceAll(`"${template.name}#`, `"${name}#`).replaceAll(template.hash, hash),
  })
  const [birth, round] = [template.birth.map(named), template.round.map(named)]
  return Array.from({ length: to - from }, (_, index) => {
    const at = from + index
    return (at < birth.length ? birth[at] : round[(at - birth.length) % round.length]) ?? birth[0]
  }).filter((record) => record !== undefined)
}

/** Writes keys into a vault that could have come about, through the vault's own log and sealer, many events a commit. */
export const growKeys = async ({ store, sealer }: Parts, template: Template, keys: ReadonlyArray<Grown>): Promise<void> => {
  let [appends, seal, waiting]: [Array<StreamAppend>, Array<SealedSecret>, number] = [[], [], 0]
  const flush = async (): Promise<void> => {
    const [first, ...rest] = appends
    if (first !== undefined) await told(store.log.commit({ appends: [first, ...rest], seal }))
    ;[appends, seal, waiting] = [[], [], 0]
  }
  for (const { name, events } of keys) {
    const text = `sk-or-v1-${createHash('sha256').update(name).digest('hex')}`
    const hash = createHash('sha256').update(text).digest('hex')
    const ref = keySecretRef(name as KeyName, { lineage: lineageOf(name as KeyName, 1), generation: 1 })
    for (let from = 0; from < events; ) {
      const to = Math.min(events, from + perCommit - waiting)
      const [first, ...rest] = recordsOf(template, name, hash, from, to)
      if (first !== undefined) appends.push({ stream: `key/${name}`, expectedVersion: from, records: [first, ...rest] })
      if (from === 0) seal.push(await told(sealer.seal(ref, secret(text))))
      waiting += to - from
      from = to
      if (waiting >= perCommit) await flush()
    }
  }
  await flush()
}
