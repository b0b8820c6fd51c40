import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { openAge } from '../../../src/adapters/age/age.js'
import { readIdentityFile } from '../../../src/adapters/age/identity-file.js'
import { type Backup, unpackBackup } from '../../../src/adapters/backup/container.js'
import { placeFile } from '../../../src/adapters/backup/place-file.js'
import { loadSettings } from '../../../src/adapters/composition/load-settings.js'
import { closeStore, openStore } from '../../../src/adapters/composition/open-parts.js'
import { type KeyPlan, planVaultKey } from '../../../src/adapters/composition/plan-vault-key.js'
import { reviveVault } from '../../../src/adapters/composition/revive-vault.js'
import { forgetFileNow, forgetOldEntry, stageInFile } from '../../../src/adapters/composition/swap-vault-key.js'
import { type Opening, openingOf, unlock, type Unlocked } from '../../../src/adapters/composition/unlock.js'
import { vaultEventCodec } from '../../../src/adapters/event-codec/event-codec.js'
import { type KeyRing, newDataKey, wrapRing } from '../../../src/adapters/sealing/key-ring.js'
import { writeLock } from '../../../src/adapters/sealing/lock.js'
import type { RingChange } from '../../../src/application/ports/key-ring-store.js'
import { type LoadedVault, loadVault, vaultStream } from '../../../src/application/vault-store.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { vaultDecider } from '../../../src/domain/vault/vault.js'
import type { RestoreOptions, VaultError, VaultKeyChange, VaultOptions } from '../../../src/index.js'
import { type Custody, realCustody } from './world.js'

/** A mistake with the vault key or with backups that somebody could make, and that a life must catch. */
export interface CustodyFault {
  readonly name: string
  readonly custody: Custody
  /** A seed that is known to catch it, which is tried first. */
  readonly seed: number
}

/** How a change of the vault key is made; each part can be made wrongly. */
interface Making {
  readonly plan: (plan: KeyPlan, unlocked: Unlocked) => KeyPlan
  readonly ringAfter: (ring: KeyRing) => KeyRing
  /** What is done before the commit and after it, of the three that there are. */
  readonly before: ReadonlyArray<'stage' | 'forget'>
  readonly after: ReadonlyArray<'stage' | 'forget'>
}

const rightly: Making = {
  plan: (plan) => plan,
  ringAfter: (ring) => [ring[0], ...ring.slice(1), newDataKey()],
  before: ['stage'],
  after: ['forget'],
}

const failed: VaultError = { _tag: 'VaultUnavailable', reason: 'io', message: 'a step of the change failed' }

const commit = (opening: Opening, loaded: LoadedVault, unlocked: Unlocked, plan: KeyPlan, making: Making): ReturnType<Custody['change']> => {
  const doing = (steps: ReadonlyArray<'stage' | 'forget'>): void => {
    if (plan.rotated && steps.includes('stage')) stageInFile(opening, plan.made)
    if (plan.rotated && steps.includes('forget')) forgetFileNow(opening, unlocked.lock.source, plan.made)
  }
  const decided = vaultDecider.decide(plan.command, loaded.state)
  if (E.isLeft(decided)) return TE.left(failed)
  const appends = [{ stream: vaultStream, expectedVersion: loaded.version, records: RNEA.map(vaultEventCodec.encode)(decided.right) }]
  const keys = plan.rotated ? making.ringAfter(unlocked.ring) : unlocked.ring
  const ring = wrapRing(plan.made.vaultKey, opening.store.info.vaultId, keys, writeLock(plan.lock))
  const work = (): E.Either<VaultError, RingChange> => {
    doing(making.before)
    return E.right({ ring, appends })
  }
  const { recipients, source } = plan.lock
  return pipe(
    opening.store.keyRing.change(work),
    TE.bimap((): VaultError => failed, () => doing(making.after)),
    TE.flatMap(() => (plan.rotated ? forgetOldEntry(opening, unlocked.lock.source) : TE.right([]))),
    TE.map(() => ({ source: source.kind, masterKeyFile: null, recipients, rotated: plan.rotated, left: [] })),
  )
}

const changeIn = (opening: Opening, change: VaultKeyChange, making: Making): ReturnType<Custody['change']> =>
  pipe(
    loadVault({ log: opening.store.log, vaultEvents: vaultEventCodec }),
    TE.bindTo('loaded'),
    TE.bind('unlocked', () => unlock(opening)),
    TE.bind('planned', ({ unlocked }) => planVaultKey(opening, unlocked, change, opening.options.overrides?.clock?.now() ?? (0 as Instant))),
    TE.let('plan', ({ planned, unlocked }) => making.plan(planned, unlocked)),
    TE.flatMap(({ loaded, plan, unlocked }) => commit(opening, loaded, unlocked, plan, making)),
  )

/** A change of the vault key as somebody could have written it who knows the parts: the key is made, put in its place, committed, and the old one goes. */
const changing =
  (making: Making): Custody['change'] =>
  (options: VaultOptions, change: VaultKeyChange) =>
    pipe(
      loadSettings(options),
      TE.flatMap((around) => TE.bracket(openStore(around), (store) => changeIn(openingOf(around, options, store), change, making), closeStore)),
    )

const wrongly = (part: Partial<Making>): Custody => ({ ...realCustody, change: changing({ ...rightly, ...part }) })

/** A change that is made rightly is no fault: the lives must not mind it. */
export const remade: Custody = wrongly({})

const unusable = (file: string): VaultError => ({ _tag: 'BackupUnusable', reason: 'does-not-open', file })

const opened = ({ backupPassphrase, file, identityFile = '' }: RestoreOptions): TE.TaskEither<VaultError, Backup> => {
  const identities = readIdentityFile(identityFile)
  const by = backupPassphrase === undefined ? ({ _tag: 'Identities', identities: E.isRight(identities) ? identities.right : [] } as const) : ({ _tag: 'Passphrase', passphrase: backupPassphrase } as const)
  return pipe(
    TE.fromIO<Uint8Array, VaultError>(() => readFileSync(file)),
    TE.flatMap((sealed) => TE.mapLeft(() => unusable(file))(openAge(sealed, by))),
    TE.flatMapEither((bytes) => E.mapLeft(() => unusable(file))(unpackBackup(bytes))),
  )
}

const unpackedTo = (home: string, { parts }: Backup): void => {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  placeFile(join(home, 'vault.db'), parts.get('vault.db') ?? new Uint8Array(), false)
}

const isVault = (home: string): boolean => existsSync(join(home, 'vault.db'))

/** The vault is put together where it is to be, and not beside it. */
const inPlace: Custody['restore'] = (options) => {
  const home = options.home ?? ''
  if (isVault(home)) return realCustody.restore(options)
  return pipe(
    opened(options),
    TE.tap((backup) => TE.fromIO(() => unpackedTo(home, backup))),
    TE.flatMap((backup) => reviveVault(options, backup, { folder: home, home, file: options.file })),
  )
}

/** The files are put back as they were, and no more is said. */
const withoutEpoch: Custody['restore'] = (options) => {
  const home = options.home ?? ''
  if (isVault(home)) return realCustody.restore(options)
  const aside = `${home}.aside`
  return pipe(
    opened(options),
    // A whole restore puts the key where it belongs; the database is then that of the backup.
    TE.bindTo('backup'),
    TE.bind('report', () => realCustody.restore({ ...options, home: aside })),
    TE.map(({ backup, report }) => {
      unpackedTo(home, backup)
      return { ...report, home }
    }),
  )
}

const overAnother: Custody['restore'] = (options) => {
  const home = options.home ?? ''
  if (isVault(home)) renameSync(home, `${home}.overwritten`)
  return realCustody.restore(options)
}

/** The database file alone is copied, without what was written since it was last put together with its log. */
const databaseFileAlone: Custody['backup'] = (options) => {
  const copy = `${options.file}.copied`
  mkdirSync(copy, { mode: 0o700 })
  copyFileSync(join(options.home ?? '', 'vault.db'), join(copy, 'vault.db'))
  return realCustody.backup({ ...options, home: copy })
}

/** Mistakes with the vault key and with backups. */
export const custodyFaults: ReadonlyArray<CustodyFault> = [
  { name: 'seals with the same data key under a new vault key', custody: wrongly({ ringAfter: (ring) => ring }), seed: 8 },
  { name: 'puts a new vault key into its file after the commit', custody: wrongly({ before: [], after: ['stage', 'forget'] }), seed: 22 },
  { name: 'takes the old vault key out of its file before the commit', custody: wrongly({ before: ['stage', 'forget'], after: [] }), seed: 358 },
  {
    name: 'takes a recipient off the list and leaves the vault key as it is',
    custody: wrongly({ plan: (plan, { lock, vaultKey }) => (plan.command._tag === 'RemoveRecipient' ? { ...plan, made: { vaultKey, source: lock.source }, lock: { ...plan.lock, source: lock.source, box: null }, rotated: false } : plan) }),
    seed: 10,
  },
  { name: 'backs the database file up without what others have just written', custody: { ...realCustody, backup: databaseFileAlone }, seed: 7 },
  { name: 'puts a restored vault together where it is to be', custody: { ...realCustody, restore: inPlace }, seed: 19 },
  { name: 'restores without saying so', custody: { ...realCustody, restore: withoutEpoch }, seed: 7 },
  { name: 'restores over a vault that is there', custody: { ...realCustody, restore: overAnother }, seed: 12 },
]
