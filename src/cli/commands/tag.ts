import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseTagsPatch } from '../../application/use-cases/input.js'
import type { TagReport } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { collect } from '../collect.js'
import { type Body, describe, type Register } from '../command.js'
import { withVault } from '../session.js'
import { parseTag } from './add.js'

interface Flags {
  readonly remove?: ReadonlyArray<string>
}

type Patch = Readonly<Record<string, string | null>>

const twice = (names: ReadonlyArray<string>): string | undefined => names.find((name, at) => names.indexOf(name) !== at)

const toPatch = (given: ReadonlyArray<string>, { remove = [] }: Flags): E.Either<CliError, Patch> => {
  if (given.length === 0 && remove.length === 0) return E.left(usage('No tag was given.', 'Give key=value, or --remove key.'))
  return pipe(
    E.traverseArray((text: string) => parseTag(text, 'A tag'))(given),
    E.map((tags): ReadonlyArray<readonly [string, string | null]> => [...tags, ...remove.map((key) => [key, null] as const)]),
    E.flatMap((entries) => {
      const key = twice(entries.map(([name]) => name))
      return key === undefined ? E.right(entries) : E.left(usage(`The tag ${key} is named twice.`))
    }),
    E.map((entries): Patch => Object.fromEntries(entries)),
    E.tap(parseTagsPatch),
  )
}

const listed = (tags: TagReport['tags']): string => {
  const words = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  return words.length === 0 ? 'none' : words.join(' ')
}

const answer = (done: TagReport): Answer =>
  report(done, `${done.outcome === 'unchanged' ? 'Nothing to do: t' : 'T'}he tags of ${done.name} are ${done.outcome === 'unchanged' ? '' : 'now '}${listed(done.tags)}.\n`)

const body =
  (name: string, given: ReadonlyArray<string>, flags: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMapEither(() => toPatch(given, flags)),
      TE.flatMap((patch) => withVault(session, (vault) => vault.changeTags(name, patch))),
      TE.map(answer),
    )

/** `tag <name> [key=value...]` */
export const registerTag: Register = (program, act) => {
  describe(program.command('tag <name> [tags...]'), {
    summary: 'Change the tags of a key',
    more: 'Tags are recorded here, readable, and never sent to OpenRouter, so this works offline and whatever the state of the key. Other tags stay as they are. list, panic and the rules of the alerts go by the new tags at once.',
    examples: ['tag my-key team=web', 'tag my-key team=web tier=low --remove owner', 'tag my-key --remove team --json'],
    exits: [0, 2, 3, 4, 8],
  })
    .option('--remove <key>', 'take this tag away; repeatable', collect)
    .action((name: string, tags: ReadonlyArray<string>, flags: Flags) => act(body(name, tags, flags)))
}
