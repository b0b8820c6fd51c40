import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { rulesText } from '../format/alert-text.js'
import { loadLibrary, vaultOptions, withVault } from '../session.js'

const listing: Body = (session) =>
  pipe(
    withVault(session, (vault) =>
      pipe(
        vault.alerts.rules(),
        TE.bindTo('rules'),
        TE.bind('sending', () => vault.alerts.sending()),
      ),
    ),
    TE.map(({ rules, sending }) => report({ rules, sending }, rulesText(rules, sending, session.io.stdout.columns))),
  )

interface Flags {
  readonly key?: string
  readonly tag?: string
}

const scopeText = ({ key, tag }: Flags): string => (key !== undefined ? ` for ${key}` : tag === undefined ? '' : ` for ${tag}`)

const setting =
  (name: string, value: string, { key, tag }: Flags): Body =>
  (session) =>
    pipe(
      loadLibrary(session),
      TE.flatMap((library): TE.TaskEither<CliError, void> =>
        library.changeAlertSetting(vaultOptions(session), name, value, {
          ...(key === undefined ? {} : { key }),
          ...(tag === undefined ? {} : { tag }),
        }),
      ),
      TE.map(() => {
        const said = value === 'default' ? `Took ${name}${scopeText({ key, tag } as Flags)} out of config.yaml.` : `Set ${name}${scopeText({ key, tag } as Flags)} in config.yaml.`
        return report({ setting: name, value: value === 'default' ? null : value, key: key ?? null, tag: tag ?? null }, `${said}\n`)
      }),
    )

const more = `A rule takes one word: on or off; info, warning or critical; contain, so that the key is made unable to spend when the rule
speaks of it, until lean-vault resume, or tell, which only tells. A measure takes its value: thresholds 80,95 (percent of
a limit), expiring 7d,1d (before the expiry), spikeFactor 8 (times the usual), rotateAfter 90d, rotate on (the watcher
replaces the key at that age, and before it expires), quietHours 22:00-07:00 (UTC; only critical alerts pass),
creditLow 10 (dollars), digestAbove 5. "default" takes a setting away again. A setting of
a key holds before one of its tags, that before one for all. They live below alerts in config.yaml, and nowhere else.`

/** `alerts rules` and what is below it */
export const registerRules: Register = (alerts, act) => {
  const rules = describe(alerts.command('rules').helpCommand(false), {
    summary: 'List the rules: how serious each is, whether it is on, what it does, and where that comes from',
    more,
    examples: ['alerts rules list', 'alerts rules set forecast off', 'alerts rules set spike contain --key ci-bot'],
    exits: [0, 2, 8],
  }).action(() => act(listing))
  describe(rules.command('list'), {
    summary: 'List the rules with the settings in force, and where each comes from',
    examples: ['alerts rules list', 'alerts rules list --json'],
    exits: [0, 2, 8],
  }).action(() => act(listing))
  describe(rules.command('set <setting> <value>'), {
    summary: 'Set a rule or a measure in config.yaml, for everything, a tag or a key',
    more,
    examples: [
      'alerts rules set threshold critical',
      'alerts rules set thresholds 50,80,95 --tag team=web',
      'alerts rules set spike contain --key ci-bot',
      'alerts rules set quietHours 22:00-07:00',
      'alerts rules set thresholds default --tag team=web',
    ],
    exits: [0, 2, 8],
  })
    .option('--key <name>', 'only for this key')
    .option('--tag <key=value>', 'only for keys with this tag')
    .action((name: string, value: string, flags: Flags) => act(setting(name, value, flags)))
}
