import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { ChannelView, NewChannel, OpenedVault, Secret } from '../../index.js'
import { report } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { relativeTime } from '../format/relative-time.js'
import { table } from '../format/table.js'
import { withNewKey } from '../make-signing-key.js'
import { readChannelSecret } from '../read-channel-secret.js'
import { type Session, warn, withProgress, withVault } from '../session.js'

const columns = [{ title: 'NAME' }, { title: 'KIND' }, { title: 'ADDRESS', mayShrink: true }, { title: 'SINCE' }]

const rows = (channels: ReadonlyArray<ChannelView>, now: number): ReadonlyArray<ReadonlyArray<string>> =>
  channels.map(({ name, kind, address, since }) => [name, kind, address, relativeTime(since, now)])

const listing: Body = (session) =>
  pipe(
    withVault(session, (vault) => vault.alerts.channels()),
    TE.map((channels) =>
      report(
        channels,
        channels.length === 0 ? '' : table(columns, rows(channels, session.deps.now()), session.io.stdout.columns),
        channels.length === 0 ? 'No channel. lean-vault alerts add-channel makes one.' : undefined,
      ),
    ),
  )

interface Flags {
  readonly webhook?: string
  readonly smtp?: string
  readonly slack?: string | boolean
  readonly discord?: string | boolean
  readonly teams?: string | boolean
  readonly pagerduty?: string | boolean
  readonly command?: string
  readonly jsonl?: string
  readonly desktop?: boolean
  readonly stderr?: boolean
  readonly newKey?: string
}

const kinds = ['webhook', 'smtp', 'slack', 'discord', 'teams', 'pagerduty', 'command', 'jsonl', 'desktop', 'stderr'] as const

interface Wanted {
  readonly kind: NewChannel['kind']
  readonly target: string
  /** A file for a signing key that is to be made. */
  readonly newKey: string | null
}

const wantedOf = (flags: Flags): E.Either<CliError, Wanted> => {
  const given = kinds.filter((kind) => flags[kind] !== undefined)
  const [kind, other] = given
  if (kind === undefined) return E.left(usage('Which kind? Give one of --webhook, --smtp, --slack, --discord, --teams, --pagerduty, --command, --jsonl, --desktop, --stderr.'))
  if (other !== undefined) return E.left(usage(`--${kind} and --${other} contradict each other.`))
  const { newKey = null, [kind]: value } = flags
  if (newKey !== null && kind !== 'webhook') return E.left(usage('Only a webhook has a signing key: --new-key belongs to --webhook.'))
  return E.right({ kind, target: typeof value === 'string' ? value : '', newKey })
}

/** What must be asked for besides, by kind; the address of a chat service is a credential as a whole. */
const asked: Readonly<Partial<Record<NewChannel['kind'], string>>> = {
  webhook: 'Signing key (whsec_...; or stop, and give --new-key to have one made)',
  smtp: 'Password of the mail account (empty for none)',
  slack: 'Address of the incoming webhook',
  discord: 'Address of the webhook',
  teams: 'Address of the workflow webhook',
  pagerduty: 'Integration key (Events API v2)',
}

const chats: ReadonlySet<string> = new Set(['slack', 'discord', 'teams'])

const complete = ({ kind, target }: Wanted, session: Session): TE.TaskEither<CliError, NewChannel> => {
  const question = asked[kind]
  const base: NewChannel = { kind, ...(target === '' ? {} : { target }) }
  if (chats.has(kind) && target !== '') {
    warn(session, 'the address holds a token, and arguments can be seen by others on this machine; leave it out to be asked for it')
    return TE.right(base)
  }
  const needsNone = kind === 'smtp' && !/^smtps?:\/\/[^/@]+@/.test(target)
  if (question === undefined || needsNone) return TE.right(base)
  return pipe(
    readChannelSecret(session, question),
    TE.map((credential) => ({ ...base, credential })),
  )
}

const keyLine = ({ newKey }: Pick<Flags, 'newKey'>): string => (newKey === undefined ? '' : `Its signing key is in ${newKey}: give it to the receiver, and remove the file.\n`)

const adding =
  (name: string, flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(wantedOf(flags)),
      TE.flatMap((wanted) => {
        const add = (channel: NewChannel) => withVault(session, (vault) => vault.alerts.addChannel(name, channel))
        const { kind, target, newKey } = wanted
        return newKey === null ? TE.flatMap(add)(complete(wanted, session)) : withNewKey(newKey, (credential) => add({ kind, target, credential }))
      }),
      TE.map((channel) =>
        report(channel, `Added ${channel.name}: ${channel.kind}, ${channel.address}.\n${keyLine(flags)}`, `lean-vault alerts test ${channel.name} sends a test message.`),
      ),
    )

type Change = (vault: OpenedVault, session: Session) => TE.TaskEither<CliError, ChannelView>

const changing =
  (change: Change, said: (channel: ChannelView) => string): Body =>
  (session) =>
    pipe(
      withVault(session, (vault) => withProgress(session, change(vault, session))),
      TE.map((channel) => report(channel, said(channel))),
    )

const rotating = (name: string, flags: Pick<Flags, 'newKey'>): Body =>
  changing(
    (vault, session) => {
      const use = (key: Secret) => vault.alerts.rotateCredential(name, key)
      return flags.newKey === undefined ? TE.flatMap(use)(readChannelSecret(session, 'New signing key (whsec_...)')) : withNewKey(flags.newKey, use)
    },
    (channel) => `${channel.name} signs with the new key and with the one before it, until the next change.\n${keyLine(flags)}`,
  )

const more = `A signing key, a password, a token or an address that holds one is asked for on the terminal, or taken from standard
input or LEAN_VAULT_CHANNEL_SECRET, and sealed in the vault; only the host is shown afterwards. Addresses must be https,
except on this machine, and redirects are never followed. --new-key makes a signing key and writes it to a new file that only you
can read; nothing prints it.

Mail: smtps://user@mail.example?from=vault@team.example&to=ops@team.example; with smtp:// TLS must begin before anything
is said. A command is started without a shell, gets the alert as JSON on its standard input, and says by exit 0 that it
took it. --jsonl appends JSON lines to a file.`

/** The commands of `alerts` about channels. */
export const registerChannels: Register = (alerts, act) => {
  describe(alerts.command('channels'), {
    summary: 'List the places that alerts are sent to',
    examples: ['alerts channels --json'],
    exits: [0, 8],
  }).action(() => act(listing))
  describe(alerts.command('add-channel <channel>'), {
    summary: 'Send alerts to one more place, from now on',
    more,
    examples: [
      'alerts add-channel ops --webhook https://hooks.example/ops',
      'alerts add-channel me --smtp "smtps://mx.test?from=a@b.c&to=d@e.f"',
      'alerts add-channel chat --slack',
      'alerts add-channel log --jsonl /var/log/lean-vault-alerts.jsonl',
    ],
    exits: [0, 2, 4, 8],
  })
    .option('--webhook <url>', 'JSON by POST, signed as Standard Webhooks says')
    .option('--new-key <file>', 'make the signing key of the webhook, and write it to this new file for its receiver')
    .option('--smtp <url>', 'e-mail by a mail server')
    .option('--slack [url]', 'an incoming webhook of Slack')
    .option('--discord [url]', 'a webhook of Discord')
    .option('--teams [url]', 'a workflow webhook of Microsoft Teams')
    .option('--pagerduty [url]', 'an Events API v2 integration of PagerDuty; another address for the EU region')
    .option('--command <path>', 'a program of your own')
    .option('--jsonl <path>', 'JSON lines at the end of a file')
    .option('--desktop', 'a notification on this desktop')
    .option('--stderr', 'JSON lines on standard error of whatever delivers')
    .action((name: string, flags: Flags) => act(adding(name, flags)))
  describe(alerts.command('rotate-key <channel>'), {
    summary: 'Give a webhook a new signing key; the one before it goes on signing too, until the next change',
    examples: ['alerts rotate-key ops --new-key ./ops.key', 'alerts rotate-key ops < new-signing-key.txt'],
    exits: [0, 2, 3, 8],
  })
    .option('--new-key <file>', 'make the signing key, and write it to this new file for its receiver')
    .action((name: string, flags: Pick<Flags, 'newKey'>) => act(rotating(name, flags)))
  describe(alerts.command('remove-channel <channel>'), {
    summary: 'Send nothing more to a place, and destroy its credential',
    examples: ['alerts remove-channel ops'],
    exits: [0, 2, 3, 8],
  }).action((name: string) => act(changing((vault) => vault.alerts.removeChannel(name), (channel) => `Removed ${channel.name}.\n`)))
  describe(alerts.command('test <channel>'), {
    summary: 'Send a test message to a place now',
    examples: ['alerts test ops'],
    exits: [0, 2, 3, 6, 8],
  }).action((name: string) => act(changing((vault) => vault.alerts.test(name), (channel) => `${channel.name} took a test message.\n`)))
}
