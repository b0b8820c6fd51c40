import { makePrng, type Prng } from '../prng.js'
import type { Fault } from '../../../src/adapters/simulated-openrouter/fault.js'
import type { Death } from './effects.js'

/** Whom the vault is opened by: its owner, at the terminal or in one of two programs that hold it open, or somebody with an identity. */
export type Who = 'owner' | 'program 1' | 'program 2' | 'ann' | 'bob'
export type Friend = 'ann' | 'bob'
export type BackupFile = 'first' | 'second'

/** What is done, and by whom. */
export type CustodyAction =
  | { readonly _tag: 'add' | 'remove' | 'get'; readonly name: string; readonly by: Who }
  | { readonly _tag: 'reconcile'; readonly by: Who }
  /** What a reconcile named is taken in or destroyed. */
  | { readonly _tag: 'decide'; readonly how: 'adopt' | 'revoke' }
  | { readonly _tag: 'change'; readonly to: 'rotate' | 'key-file' | 'keychain' | 'passphrase' }
  | { readonly _tag: 'share' | 'unshare'; readonly friend: Friend }
  | { readonly _tag: 'backup'; readonly file: BackupFile; readonly opensFor: 'passphrase' | Friend }
  /** The machine is lost, or the vault's folder alone, or nothing: then a restore must be refused. */
  | { readonly _tag: 'restore'; readonly file: BackupFile; readonly lost: 'machine' | 'folder' | 'nothing' }
  | { readonly _tag: 'dashboard'; readonly nth: number; readonly edit: 'delete' | 'disable' }

/** An action, what goes wrong with it, and what somebody else does while it waits for the first time: for an answer, a passphrase or the keychain. */
export interface CustodyStep {
  readonly action: CustodyAction
  readonly death: Death | null
  readonly fault: { readonly request: number; readonly what: Fault } | null
  readonly meanwhile: CustodyAction | null
}

/** A whole life as data: it replays as it was, and what is taken out of it makes a smaller one. */
export interface CustodyPlan {
  readonly seed: number
  readonly keySource: 'key-file' | 'keychain' | 'passphrase'
  readonly steps: ReadonlyArray<CustodyStep>
}

const names = ['alpha', 'beta', 'gamma'] as const
const everybody = ['owner', 'program 1', 'program 1', 'program 2', 'ann', 'bob'] as const

const change = (prng: Prng): CustodyAction =>
  prng.pick<() => CustodyAction>([
    () => ({ _tag: 'change', to: 'rotate' }),
    () => ({ _tag: 'change', to: prng.pick(['rotate', 'key-file', 'keychain', 'passphrase']) }),
    () => ({ _tag: 'share', friend: prng.pick(['ann', 'bob']) }),
    () => ({ _tag: 'unshare', friend: prng.pick(['ann', 'bob']) }),
  ])()

const work = (prng: Prng): CustodyAction => ({ _tag: prng.pick(['add', 'add', 'get', 'remove']), name: prng.pick(names), by: prng.pick(everybody) })

const saved = (prng: Prng): CustodyAction => ({ _tag: 'backup', file: prng.pick(['first', 'first', 'second']), opensFor: prng.pick(['passphrase', 'ann']) })

const lost = (prng: Prng): CustodyAction => ({ _tag: 'restore', file: prng.pick(['first', 'first', 'second']), lost: prng.pick(['machine', 'machine', 'folder', 'nothing']) })

const anyAction = (prng: Prng): CustodyAction => {
  switch (prng.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return work(prng)
    case 4:
    case 5:
    case 6:
      return change(prng)
    case 7:
      return saved(prng)
    case 8:
    case 9:
      return lost(prng)
    case 10:
      return prng.chance(0.7) ? { _tag: 'reconcile', by: prng.pick(everybody) } : { _tag: 'decide', how: prng.pick(['adopt', 'revoke']) }
    default:
      return { _tag: 'dashboard', nth: prng.below(3), edit: prng.pick(['delete', 'disable']) }
  }
}

const faults: readonly [Fault, ...Fault[]] = [{ _tag: 'lost-after' }, { _tag: 'lost-before' }, { _tag: 'truncated' }, { _tag: '5xx-before', status: 503 }]

/** A restore takes the vault from under whoever holds it open, so it is nobody's work beside another's. */
const beside = (prng: Prng): CustodyAction => prng.pick([change, work, change])(prng)

const step = (prng: Prng, roughness: number, action: CustodyAction): CustodyStep => ({
  action,
  death: prng.chance(roughness) ? { effect: prng.below(prng.pick([4, 12])), when: prng.pick(['before', 'after']) } : null,
  fault: prng.chance(roughness / 3) ? { request: prng.below(4), what: prng.pick(faults) } : null,
  meanwhile: action._tag !== 'restore' && action._tag !== 'dashboard' && prng.chance(0.2) ? beside(prng) : null,
})

/** What a life begins with, most times: a key, perhaps a program that holds the vault open, somebody else who can open it, a backup. */
const opening = (prng: Prng): ReadonlyArray<CustodyAction> => [
  { _tag: 'add', name: prng.pick(names), by: prng.pick(['owner', 'program 1']) },
  ...(prng.chance(0.3) ? [{ _tag: 'share' as const, friend: prng.pick<Friend>(['ann', 'bob']) }] : []),
  ...(prng.chance(0.6) ? [saved(prng)] : []),
]

/** The life that a seed stands for: from without any trouble to a death in every second action. */
export const custodyPlanOf = (seed: number): CustodyPlan => {
  const prng = makePrng(seed ^ 0xc057)
  const roughness = prng.pick([0, 0.25, 0.5])
  const first = opening(prng)
  const actions = [...first, ...Array.from({ length: 4 + prng.below(6) }, () => anyAction(prng))]
  return {
    seed,
    keySource: prng.pick(['key-file', 'key-file', 'keychain', 'passphrase']),
    steps: actions.map((action, n) => step(prng, n < first.length ? 0 : roughness, action)),
  }
}
