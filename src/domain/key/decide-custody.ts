import type { OwnerCommand } from './command.js'
import { type Decision, facts, notHeld, refuse } from './decide-owner.js'
import type { KeyState } from './state.js'

type TakeSecret = Extract<OwnerCommand, { readonly _tag: 'TakeSecret' }>

/** Nothing is asked of OpenRouter: whoever has a text with this hash has the secret. One that is being ended takes none any more. */
export const onTakeSecret = ({ hash, at }: TakeSecret, state: KeyState): Decision => {
  const { stage } = state
  if (stage._tag !== 'Held') return notHeld(state)
  if (stage.key.hash !== hash) return refuse({ _tag: 'NotFound' })
  return stage.key.secretHeld ? refuse({ _tag: 'AlreadySettled' }) : facts({ type: 'SecretSealed', hash, at })
}
