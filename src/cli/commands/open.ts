import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { EffectiveSetting, KeyInFull } from '../../index.js'
import { report } from '../answer.js'
import { checkName } from '../check-name.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { isOn } from '../io.js'
import { isJson, loadLibrary, note, type Session, vaultOptions, withVault } from '../session.js'

/** Where OpenRouter's own messages about a key send its owner, with the key's hash behind it. */
const pages = 'https://openrouter.ai/settings/keys'

const isOpenRouter = (base: string): boolean => new URL(base).host === 'openrouter.ai'

const baseOf = (session: Session): TE.TaskEither<CliError, string> =>
  pipe(
    loadLibrary(session),
    TE.flatMap((library): TE.TaskEither<CliError, ReadonlyArray<EffectiveSetting>> => library.effectiveSettings(vaultOptions(session))),
    TE.map((settings) => String(settings.find(({ name }) => name === 'baseUrl')?.value)),
  )

const pageOf = ({ name, hash, state }: KeyInFull, base: string): TE.TaskEither<CliError, string> => {
  if (!isOpenRouter(base)) return TE.left({ _tag: 'NoPage', name, why: `this vault belongs to ${new URL(base).host}, whose pages are not known` })
  if (state === 'removed') return TE.left({ _tag: 'NoPage', name, why: 'it is removed' })
  return hash === null ? TE.left({ _tag: 'NoPage', name, why: 'its hash at OpenRouter is not known yet' }) : TE.right(`${pages}/${hash}`)
}

const show = (session: Session, url: string): TE.TaskEither<CliError, void> => {
  const { io, deps } = session
  if (!io.stdout.isTerminal || isJson(session) || isOn(io.env['CI'])) return TE.right(undefined)
  return TE.fromTask(async () => {
    if (!(await deps.openPage(url))) note(session, 'There is no browser to open it with.')
  })
}

const body =
  (name: string): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => withVault(session, (vault) => vault.show(name))),
      TE.bindTo('key'),
      TE.bind('base', () => baseOf(session)),
      TE.bind('url', ({ key, base }) => pageOf(key, base)),
      TE.flatMap(({ url }) => pipe(show(session, url), TE.map(() => report({ name, url }, `${url}\n`)))),
    )

/** `open <name>` */
export const registerOpen: Register = (program, act) => {
  describe(program.command('open <name>'), {
    summary: "Open a key's page on OpenRouter's site",
    more: 'Prints the address, and shows it in your browser when this is a terminal. The page is found by the hash of the key; nothing is sent.',
    examples: ['open my-key', 'open my-key | cat'],
    exits: [0, 2, 3, 4, 8],
  }).action((name: string) => act(body(name)))
}
