import type { AlertMessage, OutgoingAlert } from '../../application/ports/alert-channel.js'

/** One line that says it all: `2 alerts: ci-bot, web` or `critical: ci-bot, limit-reached`. */
export const title = ({ alerts: [first, ...rest] }: AlertMessage): string => {
  const about = (alert: OutgoingAlert): string => alert.name ?? 'the account'
  if (rest.length === 0) return `${first.severity}: ${about(first)}, ${first.rule}`
  const names = [...new Set([first, ...rest].map(about))]
  const shown = names.slice(0, 5).join(', ')
  return `${rest.length + 1} alerts: ${shown}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
}

const paragraph = ({ happened, means, next }: OutgoingAlert): string => `${happened}\n${means}\n${next}`

/** The whole message for people. */
export const bodyText = ({ alerts }: AlertMessage): string =>
  alerts.length === 1 ? paragraph(alerts[0]) : alerts.map((alert) => `[${alert.severity}] ${paragraph(alert)}`).join('\n\n')

const mark = ' ... (cut off)'

/** The beginning of a text, whole characters only. */
const beginning = (text: string, most: number): string => text.slice(0, Math.max(0, most)).replace(/[\ud800-\udbff]$/, '')

/** The text cut to so many UTF-16 units, and said so. */
export const cutTo = (text: string, most: number): string => (text.length <= most ? text : `${beginning(text, most - mark.length)}${mark}`)

const rest = (count: number): string => `... and ${count} more: lean-vault alerts list shows each.`

/** As many of these lines as fit, and how many are left. */
const fitting = (lines: ReadonlyArray<string>, fits: (text: string) => boolean): string | null => {
  const whole = lines.join('\n')
  if (fits(whole)) return whole
  const counts = Array.from({ length: lines.length }, (_, n) => lines.length - 1 - n).filter((count) => count > 0)
  const texts = counts.map((count) => [...lines.slice(0, count), rest(lines.length - count)].join('\n'))
  return texts.find(fits) ?? null
}

/**
 * The message for people in the room that a receiver has: whole, else without what each alert means, else as many alerts as fit and how
 * many are left out.
 */
export const bodyWithin = (message: AlertMessage, fits: (text: string) => boolean, cut: (text: string) => string): string => {
  const whole = bodyText(message)
  if (fits(whole)) return whole
  const lines = message.alerts.map(({ severity, happened, next }) => `[${severity}] ${happened} ${next}`)
  return fitting(lines, fits) ?? cut(whole)
}

/** The one document that webhooks, commands and JSON lines get. Fields may be added, never renamed. */
export const payload = (message: AlertMessage): Readonly<Record<string, unknown>> => ({
  type: 'lean-vault.alert',
  timestamp: new Date(message.at).toISOString(),
  data: {
    id: message.id,
    title: title(message),
    alerts: message.alerts.map(({ raisedAt, ...alert }) => ({ ...alert, raisedAt: new Date(raisedAt).toISOString() })),
  },
})
