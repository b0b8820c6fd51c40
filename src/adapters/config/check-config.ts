import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Pair } from 'yaml'

import { closestOf } from '../../application/closest.js'
import type { VaultError } from '../../application/errors.js'
import { scrub } from '../../application/secret.js'
import { type AlertEntry, readAlerts } from './alerts-section.js'
import { type ConfigDocument, lineOf, wrong, type Yaml } from './config-document.js'
import { fileCodecs, type FileKey, fileKeys, type FileSettings, type FileValue, isFileKey, noFileSettings } from './settings.js'

const unknownKey = (key: string): string => {
  const near = closestOf(key, [...fileKeys, 'alerts'])
  return near === null ? `is not a setting; settings are ${fileKeys.join(', ')}, alerts` : `is not a setting; did you mean ${near}?`
}

type Entry = E.Either<VaultError, { readonly name: FileKey; readonly found: FileValue }>

const checkEntry = (config: ConfigDocument, { key, value }: Pair): Entry => {
  const { path, yaml } = config
  const line = lineOf(config, key)
  const name = yaml.isScalar(key) ? String(key.value) : ''
  if (!isFileKey(name)) return wrong(path, line, scrub(name, 60), unknownKey(name))
  const written: unknown = yaml.isScalar(value) ? value.value : value
  const codec = fileCodecs[name]
  return codec.is(written) ? E.right({ name, found: { value: written, line } }) : wrong(path, line, name, codec.name)
}

const isAlerts = ({ yaml }: ConfigDocument, { key }: Pair): boolean => yaml.isScalar(key) && key.value === 'alerts'

const alertsOf = (config: ConfigDocument, pairs: ReadonlyArray<Pair>): E.Either<VaultError, ReadonlyArray<AlertEntry>> => {
  const found = pairs.find((pair) => isAlerts(config, pair))
  return found === undefined ? E.right([]) : readAlerts(config, found)
}

/** The values, each checked; the first problem is named by file, line and field, never by its value. */
export const checkConfig = (config: ConfigDocument): E.Either<VaultError, FileSettings> => {
  const { path, document, yaml } = config
  const [syntax] = document.errors
  if (syntax !== undefined) return wrong(path, syntax.linePos?.[0].line ?? 1, '', `is not valid YAML (${syntax.code})`)
  const { contents } = document
  if (contents === null || (yaml.isScalar(contents) && contents.value === null)) return E.right(noFileSettings(path))
  if (!yaml.isMap(contents)) return wrong(path, lineOf(config, contents), '', 'must be a list of "setting: value" lines')
  const pairs: ReadonlyArray<Pair> = contents.items
  return pipe(
    E.Do,
    E.bind('entries', () => E.traverseArray((pair: Pair) => checkEntry(config, pair))(pairs.filter((pair) => !isAlerts(config, pair)))),
    E.bind('alerts', () => alertsOf(config, pairs)),
    E.map(({ entries, alerts }) => ({ path, values: Object.fromEntries(entries.map(({ name, found }) => [name, found])), alerts })),
  )
}

export const parseConfig = (yaml: Yaml, path: string, text: string): ConfigDocument => {
  const lines = new yaml.LineCounter()
  return { path, document: yaml.parseDocument(text, { lineCounter: lines }), lines, yaml }
}
