import { type Answer, incomplete, prose, report, unheld } from './answer.js'
import type { ChangeReport } from '../index.js'

const removedText = ({ name, remote, proof }: ChangeReport): string => {
  switch (remote) {
    case 'already-gone':
      return `Removed ${name}. OpenRouter had no such key any more, which is proven (${proof ?? 'weak'} proof).\n`
    case 'left-alive':
      return `Removed ${name} here. Its key was left alive at OpenRouter, as you asked.\n`
    case 'revoked':
      return `Removed ${name}. Its key is gone at OpenRouter, which is proven (${proof ?? 'weak'} proof).\n`
    case 'live':
    case 'outstanding':
    case null:
      return `Removed ${name}.\n`
  }
}

const unchangedText = ({ name, remote }: ChangeReport, wanted: string): string =>
  `Nothing to do: ${name} is ${wanted} already${remote === 'live' ? '' : ` (remote key: ${remote ?? 'unknown'})`}.\n`

const incompleteText = ({ name, pending, reason }: ChangeReport): string => {
  const open = pending.length === 0 ? '' : ` Still to do: ${pending.join(', ')}.`
  return `Not finished: ${name}${reason === null ? '' : ` (${reason})`}.${open} All of it is recorded.\n`
}

const rotatedText = ({ name, pending, proof }: ChangeReport): string =>
  pending.includes('overlap')
    ? `Rotated ${name}: its new key is handed out, and the old one works on for now.\n`
    : `Rotated ${name}: its new key is handed out, and the old one is gone at OpenRouter, which is proven (${proof ?? 'earlier'} proof).\n`

/** The sentence for people. `wanted` is the state that the command asked for. */
const textOf = (change: ChangeReport, wanted: string): string => {
  switch (change.outcome) {
    case 'added':
      return `Added ${change.name}.\n`
    case 'rotated':
      return rotatedText(change)
    case 'suspended':
      return `Suspended ${change.name}: OpenRouter refuses it until it is resumed.\n`
    case 'resumed':
      return `Resumed ${change.name}.\n`
    case 'updated':
      return `The limits of ${change.name} are changed, and read back.\n`
    case 'rolled-back':
      return `Not added: ${change.reason ?? change.name}. Nothing is left of it.\n`
    case 'removed':
      return removedText(change)
    case 'unchanged':
      return unchangedText(change, wanted)
    case 'incomplete':
      return incompleteText(change)
    case 'planned':
      return `Planned: ${change.name}. Nothing was changed.\n`
  }
}

const goOn = 'lean-vault reconcile finishes or undoes it.'

/** A change and its notes for people. `wanted` is the state that was asked for. */
export const textOfChange = (change: ChangeReport, wanted: string): string =>
  [textOf(change, wanted), ...change.notes.map((each) => `Note: ${each}.\n`)].join('')

/** A change as the answer of a command: 7 when it is incomplete. */
export const changeAnswer = (change: ChangeReport, wanted: string, advice?: string): Answer => {
  const text = textOfChange(change, wanted)
  if (change.outcome === 'rolled-back') return prose(unheld(change, text, 'Leave --require-enforced out, or give one limit alone, which sits on the key itself.'))
  return prose(change.outcome === 'incomplete' ? incomplete(change, text, goOn) : report(change, text, advice))
}
