import type { DependencyContainer, FactoryFunction } from 'tsyringe'

import type { LocalDeps, Protocol } from '../../application/deps.js'
import { defaultTiming, type Timing } from '../../application/settings.js'
import { keyDecider } from '../../domain/key/index.js'
import { judge } from '../../domain/key/proof.js'
import { sweep } from '../../domain/key/sweep.js'
import type { Millis } from '../../domain/shared/instant.js'
import type { Settings } from '../config/index.js'
import { alertEventCodec, keyEventCodec, spendEventCodec, vaultEventCodec } from '../event-codec/event-codec.js'
import { systemClock } from '../system/system-clock.js'
import { systemProcess } from '../system/system-process.js'
import { systemRandom } from '../system/system-random.js'
import { foldName } from './fold-name.js'
import type { Surroundings } from './load-settings.js'
import { makeConnector } from './make-connector.js'
import type { VaultOptions } from './options.js'
import { type PartName, partNames, type Parts, tokens } from './tokens.js'

const protocol: Protocol = { decider: keyDecider, judge, sweep }

const timingOf = ({ httpTimeoutMs, retryBudgetMs, settleMs }: Settings): Timing => ({
  ...defaultTiming,
  // Their codecs let whole numbers of milliseconds pass and nothing else.
  request: httpTimeoutMs.value as Millis,
  retryBudget: retryBudgetMs.value as Millis,
  settle: settleMs.value as Millis,
})

/** tsyringe asks for a Reflect polyfill when it is loaded. A host's own, which holds the host's metadata, is left alone. */
const loadContainer = async (): Promise<typeof import('tsyringe')> => {
  if (!('getMetadata' in Reflect)) await import('@abraham/reflection')
  return await import('tsyringe')
}

const replace = <P extends PartName>(registry: DependencyContainer, overrides: Partial<Parts>, part: P): void => {
  const brought: Parts[P] | undefined = overrides[part]
  if (brought !== undefined) registry.register<Parts[P]>(tokens[part], { useValue: brought })
}

/**
 * A container of one vault: a factory for every part but store and sealer, which must be opened first, then what the caller
 * brings. It is a child of tsyringe's own, so nothing leaks from one vault into another or into the host's container.
 */
export const makeRegistry = async (around: Surroundings, options: VaultOptions): Promise<DependencyContainer> => {
  const { container, instancePerContainerCachingFactory: once } = await loadContainer()
  const registry = container.createChildContainer()
  const stop = options.stop ?? new AbortController().signal
  const overrides = options.overrides ?? {}
  const offer = <P extends PartName>(part: P, make: FactoryFunction<Parts[P]>): void => {
    registry.register<Parts[P]>(tokens[part], { useFactory: once(make) })
  }

  offer('clock', () => systemClock(stop))
  offer('random', () => systemRandom)
  offer('process', () => systemProcess(stop))
  offer('timing', () => timingOf(around.settings))
  offer('protocol', () => protocol)
  offer('keyEvents', () => keyEventCodec)
  offer('vaultEvents', () => vaultEventCodec)
  offer('alertEvents', () => alertEventCodec)
  offer('spendEvents', () => spendEventCodec)
  offer('connector', (parts) =>
    makeConnector({
      clock: parts.resolve(tokens.clock),
      random: parts.resolve(tokens.random),
      process: parts.resolve(tokens.process),
      timing: parts.resolve(tokens.timing),
      env: around.env,
      trace: options.trace ?? null,
      transport: overrides.transport ?? null,
    }),
  )
  for (const part of partNames) replace(registry, overrides, part)
  return registry
}

/** Sums are of our own fold; with parts of somebody else's every history is read from its beginning. */
const snapshotsIn = (registry: DependencyContainer): Pick<LocalDeps, 'snapshots'> => {
  const { snapshots } = registry.resolve(tokens.store)
  const isOwn = registry.resolve(tokens.protocol) === protocol && registry.resolve(tokens.keyEvents) === keyEventCodec
  return isOwn && foldName !== null && snapshots !== undefined ? { snapshots: snapshots(foldName) } : {}
}

/** What needs no OpenRouter, from a registry that has a store and a sealer. */
export const localDeps = (registry: DependencyContainer): LocalDeps => ({
  ...snapshotsIn(registry),
  log: registry.resolve(tokens.store).log,
  keyEvents: registry.resolve(tokens.keyEvents),
  vaultEvents: registry.resolve(tokens.vaultEvents),
  alertEvents: registry.resolve(tokens.alertEvents),
  spendEvents: registry.resolve(tokens.spendEvents),
  notes: registry.resolve(tokens.store).notes,
  sealer: registry.resolve(tokens.sealer),
  clock: registry.resolve(tokens.clock),
  random: registry.resolve(tokens.random),
  process: registry.resolve(tokens.process),
  timing: registry.resolve(tokens.timing),
  protocol: registry.resolve(tokens.protocol),
})
