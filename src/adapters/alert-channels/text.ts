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

/** The text cut to what a receiver takes, and said so. */
export const cutTo = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 12)} ... (cut off)`)

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
