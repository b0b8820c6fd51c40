import { Option } from 'commander'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { MuteView, SentReport } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { type Body, describe, type Register } from '../command.js'
import { listText, muteLine, showText } from '../format/alert-text.js'
import { fullTime } from '../format/relative-time.js'
import { type Session, withProgress, withVault } from '../session.js'
import { registerRules } from './alert-rules.js'
import { registerChannels } from './alert-channels.js'

interface ListFlags {
  readonly all?: boolean
  readonly key?: string
  readonly dead?: boolean
}

const listing =
  ({ all, key, dead }: ListFlags): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) =>
        vault.alerts.list({ all: all ?? false, dead: dead ?? false, ...(key === undefined ? {} : { name: key }) }),
      ),
      TE.map((alerts) => report(alerts, listText(alerts, session), alerts.length === 0 ? 'No alert is open.' : undefined)),
    )

const showing =
  (id: string): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) => vault.alerts.show(id)),
      TE.map((alert) => report(alert, showText(alert, session))),
    )

const acknowledging =
  (id: string, { note }: { readonly note?: string }): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) => vault.alerts.acknowledge(id, note)),
      TE.map((alert) => report(alert, `Seen: ${alert.id.slice(0, 8)}, ${alert.rule} of ${alert.name ?? 'the account'}. It is not sent any more.\n`)),
    )

interface MuteFlags {
  readonly key?: string
  readonly rule?: string
  readonly for?: string
  readonly reason?: string
}

const muteAnswer = (mutes: ReadonlyArray<MuteView>, session: Session): Answer =>
  report(mutes, mutes.length === 0 ? 'Nothing is muted there.\n' : mutes.map((each) => muteLine(each, session.deps.now())).join(''))

const scopeOf = ({ key, rule }: MuteFlags): { readonly name?: string; readonly rule?: string } => ({
  ...(key === undefined ? {} : { name: key }),
  ...(rule === undefined ? {} : { rule }),
})

const muting =
  (flags: MuteFlags): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) =>
        vault.alerts.mute({ ...scopeOf(flags), until: flags.for ?? '', ...(flags.reason === undefined ? {} : { note: flags.reason }) }),
      ),
      TE.map((mutes) => muteAnswer(mutes, session)),
    )

const unmuting =
  (flags: MuteFlags): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) => vault.alerts.unmute(scopeOf(flags))),
      TE.map((mutes) => muteAnswer(mutes, session)),
    )

const sentAnswer = (sent: SentReport, now: number): Answer => {
  const later = sent.next === null ? '' : ` The next try is ${fullTime(sent.next, now)}.`
  return report(sent, `Sent: ${sent.delivered}; failed: ${sent.failed}.${later}\n`)
}

const replaying =
  (id: string | undefined): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) => withProgress(session, vault.alerts.replay(id))),
      TE.map((sent) => sentAnswer(sent, session.deps.now())),
    )

const more = `Alerts are raised by watch and reconcile, from what they find and what the log says: limits that are nearly spent, unusual
spending, keys contained and let go again, revocations owed, keys that others changed, that nobody holds, or that are about to expire. get-usage
raises those about what it reads. Each is raised once, whoever looks and how
often, and is sent to every channel until the channel takes it. Without a channel they are listed here all the same.`

/** `alerts` and all below it */
export const registerAlerts: Register = (program, act) => {
  const alerts = describe(program.command('alerts').helpCommand(false), {
    summary: 'See what was raised, and say who is told',
    more,
    examples: ['alerts list', 'alerts add-channel ops --slack https://hooks.example/ops', 'alerts mute --key ci-bot --for 8h'],
    exits: [0, 2, 3, 4, 6, 8],
  })
  describe(alerts.command('list'), {
    summary: 'List the alerts that nobody has acknowledged',
    examples: ['alerts list', 'alerts list --all --json', 'alerts list --dead'],
    exits: [0, 2, 8],
  })
    .option('--all', 'acknowledged ones too')
    .option('--key <name>', 'only those of this key')
    .option('--dead', 'only those that a channel has given up; replay sends them again')
    .action((flags: ListFlags) => act(listing(flags)))
  describe(alerts.command('show <id>'), {
    summary: 'Show one alert in full, and how it fared with each channel',
    more: 'Six characters of its id are enough.',
    examples: ['alerts show 9f86d081'],
    exits: [0, 2, 3, 8],
  }).action((id: string) => act(showing(id)))
  describe(alerts.command('ack <id>'), {
    summary: 'Say that an alert was seen; where it still waits, it is not sent any more',
    examples: ['alerts ack 9f86d081', 'alerts ack 9f86d081 --note "ours, a load test"'],
    exits: [0, 2, 3, 8],
  })
    .option('--note <text>', 'recorded readable in the history')
    .action((id: string, flags: { readonly note?: string }) => act(acknowledging(id, flags)))
  const scoped = (command: ReturnType<typeof alerts.command>) =>
    command.option('--key <name>', 'only for this key').option('--rule <rule>', 'only this rule; alerts rules lists them')
  scoped(
    describe(alerts.command('mute'), {
      summary: 'Send nothing for a while; what is raised meanwhile is listed all the same',
      examples: ['alerts mute --for 8h', 'alerts mute --key ci-bot --rule spike --for 2d --reason "load test"'],
      exits: [0, 2, 3, 8],
    }),
  )
    .addOption(new Option('--for <when>', 'a span such as 8h or 2d, or a time such as 2027-01-31T00:00:00Z; at most 366 days').makeOptionMandatory())
    .option('--reason <text>', 'recorded readable in the history')
    .action((flags: MuteFlags) => act(muting(flags)))
  scoped(
    describe(alerts.command('unmute'), {
      summary: 'Take a mute back before its end',
      examples: ['alerts unmute', 'alerts unmute --key ci-bot --rule spike'],
      exits: [0, 2, 3, 8],
    }),
  ).action((flags: MuteFlags) => act(unmuting(flags)))
  describe(alerts.command('replay [id]'), {
    summary: 'Send again what a channel had given up, and whatever else is due',
    examples: ['alerts replay', 'alerts replay 9f86d081'],
    exits: [0, 2, 3, 8],
  }).action((id: string | undefined) => act(replaying(id)))
  registerRules(alerts, act)
  registerChannels(alerts, act)
}
