import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Pair, YAMLMap } from 'yaml'

import type { VaultError } from '../../application/errors.js'
import type { ForeignKey, ForeignVault, StatedLimits, StatedSchedule } from '../../application/ports/foreign-vault.js'
import { scrub } from '../../application/secret.js'
import { entryValue, noKeyInIt } from './entry-value.js'
import { readText } from './read-text.js'
import { keyText, lineOf, parseYaml, topPairs, under, type Yaml, type YamlText } from './yaml-text.js'

type Read<A> = E.Either<string, A>

const isNothing = (text: YamlText, node: unknown): boolean =>
  node === undefined || node === null || (text.yaml.isScalar(node) && node.value === null)

const textAt = (text: YamlText, entry: YAMLMap, field: string): Read<string | null> => {
  const node = under(text, entry, field)
  if (isNothing(text, node)) return E.right(null)
  return text.yaml.isScalar(node) && typeof node.value === 'string'
    ? E.right(node.value)
    : E.left(`line ${String(lineOf(text, node))}: ${field} must be text`)
}

const mapAt = (text: YamlText, entry: YAMLMap, field: string): Read<YAMLMap | null> => {
  const node = under(text, entry, field)
  if (isNothing(text, node)) return E.right(null)
  return text.yaml.isMap(node) ? E.right(node) : E.left(`line ${String(lineOf(text, node))}: ${field} must be a map`)
}

const limitFields = { monthly_spend: 'monthlySpend', daily_spend: 'dailySpend', alert_threshold: 'alertThreshold' } as const

const amountIn = (text: YamlText, limits: YAMLMap, field: keyof typeof limitFields): Read<StatedLimits> => {
  const node = under(text, limits, field)
  if (node === undefined) return E.right({})
  const value = text.yaml.isScalar(node) ? node.value : undefined
  if (value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0)) return E.right({ [limitFields[field]]: value })
  return E.left(`line ${String(lineOf(text, node))}: limits.${field} must be a number that is not negative, or null`)
}

const limitsIn = (text: YamlText, limits: YAMLMap | null): Read<StatedLimits> =>
  limits === null
    ? E.right({})
    : pipe(
        ['monthly_spend', 'daily_spend', 'alert_threshold'] as const,
        E.traverseArray((field) => amountIn(text, limits, field)),
        E.map((found) => found.reduce((all, one) => ({ ...all, ...one }), {})),
      )

const tagsIn = (text: YamlText, tags: YAMLMap | null): Read<Readonly<Record<string, string>>> =>
  pipe(
    tags?.items ?? [],
    E.traverseArray((pair: Pair): Read<readonly [string, string]> => {
      const { value } = pair
      if (!text.yaml.isScalar(value)) return E.left(`line ${String(lineOf(text, pair.key))}: a tag must be text`)
      return E.right([keyText(text, pair.key), typeof value.value === 'string' ? value.value : (value.source ?? '')])
    }),
    E.map((entries) => Object.fromEntries(entries)),
  )

const scheduleIn = (text: YamlText, entry: YAMLMap): Read<StatedSchedule> =>
  pipe(
    E.Do,
    E.bind('rotateAfter', () => textAt(text, entry, 'rotateAfter')),
    E.bind('rotate', () => textAt(text, entry, 'rotate')),
    E.flatMap(({ rotateAfter, rotate }): Read<StatedSchedule> => {
      if (rotate !== null && rotate !== 'on' && rotate !== 'off')
        return E.left(`line ${String(lineOf(text, under(text, entry, 'rotate')))}: rotate must be on or off`)
      return E.right({ ...(rotateAfter === null ? {} : { rotateAfter }), ...(rotate === null ? {} : { rotate }) })
    }),
  )

const keyIn = (text: YamlText, name: string, entry: YAMLMap): Read<ForeignKey> =>
  pipe(
    E.Do,
    E.bind('value', () => textAt(text, entry, 'value')),
    E.bind('id', () => textAt(text, entry, 'id')),
    E.bind('limits', () => E.flatMap((limits: YAMLMap | null) => limitsIn(text, limits))(mapAt(text, entry, 'limits'))),
    E.bind('tags', () => E.flatMap((tags: YAMLMap | null) => tagsIn(text, tags))(mapAt(text, entry, 'tags'))),
    E.bind('schedule', () => scheduleIn(text, entry)),
    E.flatMap(({ value, id, limits, tags, schedule }) => {
      const secret = entryValue(value ?? '')
      return secret === undefined ? E.left(noKeyInIt) : E.right({ name, secret, id, limits, tags, schedule })
    }),
  )

const entryOf = (text: YamlText, { key, value }: Pair): Read<ForeignKey> =>
  text.yaml.isMap(value) ? keyIn(text, keyText(text, key), value) : E.left(`line ${String(lineOf(text, key))}: must be a map with the key's value`)

/** The keys of a vault document, https://yaml.org or JSON, which is YAML too. What is wrong with one entry hides no other. */
export const parseVaultDocument = (yaml: Yaml, path: string, content: string): E.Either<VaultError, ForeignVault> => {
  const text = parseYaml(yaml, path, content)
  return pipe(
    topPairs(text, 'a map from names of keys to keys, as export --yaml writes it'),
    E.map((pairs) => {
      const read = pairs.map((pair) => ({ name: keyText(text, pair.key), entry: entryOf(text, pair) }))
      return {
        keys: read.flatMap(({ entry }) => (E.isRight(entry) ? [entry.right] : [])),
        unreadable: read.flatMap(({ name, entry }) => (E.isLeft(entry) ? [{ name: scrub(name, 120), reason: entry.left }] : [])),
        hasManagementKey: false,
      }
    }),
  )
}

/** Reads a vault document from a file. `InvalidInput` names the file, and the line where it is no such document. */
export const readVaultDocument = (path: string): TE.TaskEither<VaultError, ForeignVault> =>
  pipe(
    TE.Do,
    TE.bind('content', () => readText(path)),
    TE.bind('yaml', () => TE.fromTask<Yaml, VaultError>(() => import('yaml'))),
    TE.flatMapEither(({ content, yaml }) => parseVaultDocument(yaml, path, content)),
  )
