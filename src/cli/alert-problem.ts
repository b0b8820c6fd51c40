import type { VaultError } from '../application/errors.js'
import { sentence } from './format/sentence.js'
import type { RenderedError } from './rendered-error.js'

type AlertError = Extract<VaultError, { readonly _tag: 'ChannelNotFound' | 'ChannelTaken' | 'AlertNotFound' | 'ChannelFailed' }>

type Said = Omit<RenderedError, 'tag' | 'details'>

/** What stands in the way of an alert or a channel, and what to do about it. */
export const alertProblem = (error: AlertError): Said => {
  switch (error._tag) {
    case 'ChannelNotFound':
      return {
        exit: 3,
        message: `There is no channel named ${error.channel}.`,
        hint: 'lean-vault alerts channels shows them.',
        retryable: false,
      }
    case 'ChannelTaken':
      return {
        exit: 4,
        message: `There is a channel named ${error.channel} already.`,
        hint: `Choose another name, or take it away with lean-vault alerts remove-channel ${error.channel}.`,
        retryable: false,
      }
    case 'AlertNotFound':
      return {
        exit: 3,
        message: `There is no alert ${error.alert}, or more than one that begins so.`,
        hint: 'lean-vault alerts list --all shows each with its id; six characters of it are enough.',
        retryable: false,
      }
    case 'ChannelFailed':
      return {
        exit: 6,
        message: `The channel ${error.channel} did not take the message: ${sentence(error.message)} Nothing was changed.`,
        hint: null,
        retryable: true,
      }
  }
}
