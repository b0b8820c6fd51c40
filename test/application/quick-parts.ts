import { keyEventCodec } from '../../src/adapters/event-codec/event-codec.js'
import type { LocalDeps } from '../../src/application/deps.js'
import type { EventCodec } from '../../src/application/ports/event-codec.js'
import type { EventRecord } from '../../src/application/ports/event-log.js'
import type { KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { realProtocol } from '../simulation/run-plan.js'

const remembered = <Of extends object, A>(compute: (of: Of) => A): ((of: Of) => A) => {
  const known = new WeakMap<Of, { readonly value: A }>()
  return (of) => {
    const found = known.get(of) ?? { value: compute(of) }
    known.set(of, found)
    return found.value
  }
}

/**
 * The real rules, each answer computed once: the loop reads a key's whole history at each step, and a history in memory consists of
 * the same records each time. Nothing is left out; `evolve` and `decode` are pure.
 */
export const quickParts = (evolve = keyDecider.evolve): Pick<LocalDeps, 'protocol' | 'keyEvents'> => {
  const after = remembered((state: KeyState) => remembered((event: KeyEvent) => evolve(state, event)))
  const decode: EventCodec<KeyEvent>['decode'] = remembered((record: EventRecord) => keyEventCodec.decode(record))
  return {
    protocol: { ...realProtocol, decider: { ...keyDecider, evolve: (state, event) => after(state)(event) } },
    keyEvents: { ...keyEventCodec, decode },
  }
}
