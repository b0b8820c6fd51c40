import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { EffectiveSetting } from '../../index.js'
import { type Answer, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { table } from '../format/table.js'
import { loadLibrary, type Session, vaultOptions } from '../session.js'

const columns = [{ title: 'SETTING' }, { title: 'VALUE', mayShrink: true }, { title: 'FROM', mayShrink: true }]

const fromText = ({ origin, source }: EffectiveSetting): string => (source === null ? origin : `${origin} (${source})`)

const shown = (settings: ReadonlyArray<EffectiveSetting>, { io }: Session): Answer =>
  report(
    Object.fromEntries(settings.map(({ name, value, origin, source }) => [name, { value, origin, source }])),
    table(
      columns,
      settings.map((setting) => [setting.name, setting.value === null ? 'none' : String(setting.value), fromText(setting)]),
      io.stdout.columns,
    ),
  )

const showing: Body = (session) =>
  pipe(
    loadLibrary(session),
    TE.flatMap((library): TE.TaskEither<CliError, ReadonlyArray<EffectiveSetting>> =>
      library.effectiveSettings(vaultOptions(session)),
    ),
    TE.map((settings) => shown(settings, session)),
  )

const setting =
  (name: string, value: string): Body =>
  (session) =>
    pipe(
      loadLibrary(session),
      TE.flatMap((library): TE.TaskEither<CliError, EffectiveSetting> =>
        library.changeSetting(vaultOptions(session), name, value),
      ),
      TE.map((now) => {
        const hidden = now.origin === 'file' ? '' : `But ${fromText(now)} wins over config.yaml.\n`
        return report(now, `Set ${name} in config.yaml.\n${hidden}`)
      }),
    )

const settingsText = `Settings: baseUrl, masterKeyFile, headFile, httpTimeoutMs, retryBudgetMs, settleMs. They live in config.yaml in the vault's
folder; flags and environment variables win over it. schema/config.schema.json describes the file. No setting is a secret.`

/** `config` and `config set` */
export const registerConfig: Register = (program, act) => {
  const config = describe(program.command('config').helpCommand(false), {
    summary: 'Show each effective setting and where it came from',
    more: settingsText,
    examples: ['config', 'config --json', 'config set httpTimeoutMs 60000'],
    exits: [0, 2, 8],
  }).action(() => act(showing))
  describe(config.command('set <setting> <value>'), {
    summary: 'Set one value in config.yaml',
    more: settingsText,
    examples: ['config set httpTimeoutMs 60000', 'config set baseUrl https://gateway.example/openrouter/api/v1'],
    exits: [0, 2, 8],
  }).action((name: string, value: string) => act(setting(name, value)))
}
