import type { VaultError } from '../application/errors.js'
import { sentence } from './format/sentence.js'
import type { RenderedError } from './rendered-error.js'

type KeyError = Extract<
  VaultError,
  {
    readonly _tag:
      | 'KeyNotFound'
      | 'NameTaken'
      | 'NameOwesRevocation'
      | 'KeyNotReady'
      | 'KeyBeingRemoved'
      | 'KeyBusy'
      | 'KeyVanished'
      | 'NotUnheld'
      | 'KeyNotAtOpenRouter'
      | 'KeyHeldAlready'
      | 'SecretNotHeld'
      | 'KeyBeingRotated'
      | 'KeyNotRotatable'
      | 'NoPreviousKey'
  }
>

type Said = Omit<RenderedError, 'tag' | 'details'>

const conflict = (message: string, hint: string, retryable = false): Said => ({ exit: 4, message, hint, retryable })

/** What stands in the way of one key, and what to do about it. */
export const keyProblem = (error: KeyError): Said => {
  switch (error._tag) {
    case 'KeyNotFound':
      return {
        exit: 3,
        message: `There is no key named ${error.name}.`,
        hint: 'lean-vault list --all shows every name, removed ones too.',
        retryable: false,
      }
    case 'NameTaken':
      return conflict(
        `The name ${error.name} is taken: its key is ${error.state}.`,
        error.state === 'provisioning'
          ? 'lean-vault reconcile finishes or undoes what was begun; so does adding it again with --if-missing.'
          : 'Choose another name, or accept the key that is there with --if-missing.',
      )
    case 'NameOwesRevocation':
      return conflict(
        `The name ${error.name} is not free: an earlier key of that name is still to be revoked.`,
        'lean-vault reconcile tries again; the name is free once that key is proven gone.',
      )
    case 'KeyNotReady':
      return conflict(
        `${error.name} is not ready: still to do is its ${error.pending.join(' and ')}.`,
        'lean-vault reconcile finishes it or undoes it.',
        true,
      )
    case 'KeyBeingRemoved':
      return conflict(
        `${error.name} is being removed.`,
        `lean-vault remove ${error.name}, or lean-vault reconcile, goes on with it.`,
      )
    case 'KeyBusy':
      return conflict(
        error.until === null
          ? `Another process is at ${error.name}.`
          : `Another process is at ${error.name}, until ${new Date(error.until).toISOString()} at the latest.`,
        'Try again when it is done.',
        true,
      )
    case 'KeyVanished':
      return conflict(
        `OpenRouter has no key for ${error.name} any more: somebody else deleted it there.`,
        `lean-vault remove ${error.name} proves it gone and frees the name.`,
      )
    case 'KeyNotAtOpenRouter':
      return {
        exit: 3,
        message: `OpenRouter has no key with the hash ${error.hash} in the account of this vault. Nothing was changed.`,
        hint: 'A key of another account belongs into a vault of that account; a deleted one can only be forgotten.',
        retryable: false,
      }
    case 'KeyHeldAlready':
      return conflict(`This key is in the vault already, as ${error.name}. Nothing was changed.`, `lean-vault show ${error.name} tells of it. Where its secret is not here, lean-vault import --key-stdin ${error.name} takes it.`)
    case 'SecretNotHeld':
      return conflict(
        `${error.name} was adopted without its secret, so there is none to hand out.`,
        `It can be limited, suspended and removed. Whoever has its secret brings it with lean-vault import --key-stdin ${error.name}.`,
      )
    case 'KeyBeingRotated':
      return conflict(
        `${error.name} is being replaced by a new key, and both are looked after until that is done.`,
        `lean-vault rotate ${error.name}, or lean-vault reconcile, goes on with it.`,
        true,
      )
    case 'KeyNotRotatable':
      return conflict(
        `${error.name} has a limit with a window that is not known here, so no other key can be given it. Nothing was changed.`,
        'Give it a limit by the day, week or month on the site of OpenRouter, then lean-vault reconcile.',
      )
    case 'NoPreviousKey':
      return {
        exit: 3,
        message: `No key that was replaced under the name ${error.name} still works.`,
        hint: 'The previous key can be had while lean-vault rotate --grace lets both work.',
        retryable: false,
      }
    case 'NotUnheld':
      return {
        exit: 2,
        message: `The key ${error.hash} is not touched: ${sentence(error.message)}`,
        hint: 'lean-vault reconcile --dry-run lists the keys that can be revoked by hash.',
        retryable: false,
      }
  }
}
