import type { ApplyReport, KeyChange, KeyPlan, KeyStep } from '../../index.js'
import { renderError } from '../render-error.js'
import type { RenderedError } from '../rendered-error.js'
import { limit } from './money.js'

const words: Readonly<Record<string, string>> = { monthlyLimit: 'monthly limit', dailyLimit: 'daily limit', alertThreshold: 'warns at', rotateAfter: 'replaced after', rotate: 'replaced by the watcher' }

const valueText = (field: string, value: KeyChange['from']): string => {
  if (value === null && field.startsWith('rotate')) return 'as config.yaml says'
  if (typeof value === 'string') return value === '' ? '""' : value
  if (Array.isArray(value)) return value.join(', ')
  if (field.startsWith('tags.')) return 'none'
  return typeof value === 'number' || value === null ? limit(value) : ''
}

const changeText = ({ field, from, to }: KeyChange): string =>
  `${words[field] ?? field.replace(/^tags\./, 'tag ')}: ${valueText(field, from)} -> ${valueText(field, to)}`

const newText = ({ field, to }: KeyChange): string => `${words[field] ?? field.replace(/^tags\./, 'tag ')} ${valueText(field, to)}`

/** A key without any limit may spend all that the account has, which is worth a word. */
const addText = ({ changes }: KeyStep): string => {
  const capped = changes.some(({ field, to }) => field.endsWith('Limit') && to !== null)
  return [...(capped ? [] : ['no limit']), ...changes.map(newText)].join(', ')
}

const lineOf = (step: KeyStep): string => {
  switch (step.step) {
    case 'add':
      return `+ ${step.name}: add, ${addText(step)}`
    case 'finish':
      return `! ${step.name}: finish what was begun, ${step.pending.join(', ')}`
    case 'update-limits':
    case 'tag':
    case 'schedule':
      return `~ ${step.name}: ${step.changes.map(changeText).join(', ')}`
    case 'remove':
      return `- ${step.name}: REMOVE`
  }
}

const sentenceOf = (error: KeyPlan['blocked'][number]['error']): string => renderError(error).message

/** How many keys it is about, as one sentence; a key may be told of in several lines. */
const sumText = ({ steps, blocked }: KeyPlan): string => {
  const names = (...kinds: ReadonlyArray<KeyStep['step']>): number => new Set(steps.flatMap(({ name, step }) => (kinds.includes(step) ? [name] : []))).size
  const counts = [
    [names('add'), 'to add'],
    [names('finish'), 'to finish'],
    [names('update-limits', 'tag', 'schedule'), 'to change'],
    [names('remove'), 'to REMOVE'],
    [blocked.length, 'that cannot be done now'],
  ] as const
  return `Keys: ${counts.flatMap(([count, what]) => (count === 0 ? [] : [`${String(count)} ${what}`])).join(', ')}.`
}

/** The difference as people read it, one line a step. */
export const planText = (plan: KeyPlan): string => {
  const { steps, blocked, undeclared } = plan
  const kept = undeclared.filter((name) => !steps.some((step) => step.name === name))
  const lines = [
    ...steps.map(lineOf),
    ...blocked.map(({ name, error }) => `x ${name}: nothing can be done now. ${sentenceOf(error)}`),
    ...(kept.length === 0 ? [] : [`Not declared, and left alone: ${kept.join(', ')}`]),
  ]
  return (steps.length + blocked.length === 0 ? ['All keys are as declared.', ...lines] : [...lines, sumText(plan)]).map((line) => `${line}\n`).join('')
}

const past: Readonly<Record<KeyStep['step'], string>> = {
  add: 'added',
  finish: 'finished what was begun',
  'update-limits': 'limits changed',
  tag: 'tags changed',
  schedule: 'rotation scheduled',
  remove: 'removed',
}

const block = (title: string, entries: ReadonlyArray<string>): string =>
  entries.length === 0 ? '' : `${title}:\n${entries.map((entry) => `  ${entry}\n`).join('')}`

/** What became of a declaration. */
export const applyText = ({ done, incomplete, failed, notTried, undeclared }: ApplyReport): string => {
  const ended = new Set(done.map(({ name }) => name))
  const kept = undeclared.filter((name) => !ended.has(name))
  const text = [
    block('Done', done.map(({ name, step, notes }) => [`${name}: ${past[step]}`, ...notes].join('; '))),
    block('Not finished, and recorded', incomplete.map(({ name, step, reason }) => `${name}: ${step}${reason === null ? '' : ` (${reason})`}`)),
    block('FAILED, and as before', failed.map(({ name, error }) => `${name}: ${sentenceOf(error)}`)),
    block('Not tried', notTried),
  ].join('')
  const rest = kept.length === 0 ? '' : `Not declared, and left alone: ${kept.join(', ')}\n`
  return `${text === '' ? 'Nothing to do: all keys are as declared.\n' : text}${rest}`
}

/** Errors as `--json` shows them everywhere. */
export const errorDocument = (error: ApplyReport['failed'][number]['error']): Pick<RenderedError, 'tag' | 'message' | 'hint' | 'retryable'> => {
  const { tag, message, hint, retryable } = renderError(error)
  return { tag, message, hint, retryable }
}
