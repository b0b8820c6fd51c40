import type { AlertMessage, OutgoingAlert } from '../../application/ports/alert-channel.js'
import { bodyWithin, cutTo, title } from './text.js'

/** https://docs.slack.dev/messaging/formatting-message-text: three characters are escaped, and then nothing is a mention. */
const forSlack = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Title and text in so many UTF-16 units, as the receiver reads them. */
const within = (message: AlertMessage, most: number, written: (text: string) => string = (text) => text): string => {
  const head = `${title(message)}\n`
  const body = bodyWithin(message, (text) => written(`${head}${text}`).length <= most, (text) => cutTo(text, Math.floor(most / 6) - head.length))
  return cutTo(written(`${head}${body}`), most)
}

/** The body of a Slack incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slackBody = (message: AlertMessage): unknown => ({
  text: within(message, 39_000, forSlack),
})

/** The body of a Discord webhook; nobody is mentioned. https://docs.discord.com/developers/resources/webhook#execute-webhook */
export const discordBody = (message: AlertMessage): unknown => ({
  content: within(message, 2_000),
  allowed_mentions: { parse: [] },
})

/** A message for Teams may have 28 KB as it is sent. */
const mostForTeams = 24_000

const bytes = (text: string): number => Buffer.byteLength(JSON.stringify(text))

/**
 * The body of a Teams webhook of a workflow: a message with one adaptive card.
 * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export const teamsBody = (message: AlertMessage): unknown => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.2',
        body: [
          { type: 'TextBlock', text: title(message), weight: 'Bolder', wrap: true },
          { type: 'TextBlock', text: bodyWithin(message, (text) => bytes(text) <= mostForTeams, (text) => cutTo(text, 4_000)), wrap: true },
        ],
      },
    },
  ],
})

const severities = ['info', 'warning', 'critical'] as const

const worst = (alerts: ReadonlyArray<OutgoingAlert>): OutgoingAlert['severity'] =>
  [...severities].reverse().find((severity) => alerts.some((alert) => alert.severity === severity)) ?? 'info'

/**
 * The body of a PagerDuty event. The delivery id is the deduplication key, so a repetition opens no second incident.
 * https://developer.pagerduty.com/docs/send-alert-event
 */
export const pagerdutyBody = (message: AlertMessage, routingKey: string): unknown => ({
  routing_key: routingKey,
  event_action: 'trigger',
  dedup_key: message.id,
  client: 'lean-vault',
  payload: {
    summary: cutTo(`${title(message)}: ${message.alerts[0].happened}`, 1_024),
    source: 'lean-vault',
    severity: worst(message.alerts),
    timestamp: new Date(message.at).toISOString(),
    component: message.alerts[0].lineage,
    class: message.alerts[0].rule,
    custom_details: { text: bodyWithin(message, (text) => text.length <= 20_000, (text) => cutTo(text, 20_000)) },
  },
})
