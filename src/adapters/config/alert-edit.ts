import * as E from 'fp-ts/lib/Either.js'

import { closestOf } from '../../application/closest.js'
import { invalidInput, type VaultError } from '../../application/errors.js'
import { isOwnRule, isRuleName, ruleNames } from '../../domain/alerts/rule.js'
import { shapeAt } from './alerts-section.js'
import type { ConfigDocument } from './config-document.js'

/** What a setting of the alerts holds for; both absent: for everything. */
export interface AlertScope {
  readonly key?: string
  /** Such as `team=web`. */
  readonly tag?: string
}

/** One value to write into the `alerts` section; undefined takes away what is there. */
export interface AlertEdit {
  readonly path: ReadonlyArray<string>
  readonly value: unknown
}

const measures = ['thresholds', 'expiring', 'spikeFactor', 'rotateAfter', 'rotate', 'quietHours', 'creditLow', 'digestAbove']

const refuse = (field: string, rule: string): E.Either<VaultError, never> => E.left(invalidInput({ field, rule }))

const prefixOf = ({ key, tag }: AlertScope): E.Either<VaultError, ReadonlyArray<string>> => {
  if (key !== undefined && tag !== undefined) return refuse('scope', 'must be a key or a tag, not both')
  if (key !== undefined) return shapeAt(['keys', key]) === null ? refuse('key', 'must be the name of a key') : E.right(['keys', key])
  if (tag === undefined) return E.right([])
  return shapeAt(['tags', tag]) === null ? refuse('tag', 'must be a tag such as team=web') : E.right(['tags', tag])
}

/** What stands for what a rule does, by the one word that is given. */
const ruleFieldOf = (word: string): readonly [field: string, value: unknown] => {
  if (word === 'on' || word === 'off') return ['enabled', word === 'on']
  return word === 'tell' || word === 'contain' ? ['action', word] : ['severity', word]
}

const numberOf = (text: string): unknown => (/^\d{1,10}(\.\d{1,6})?$/.test(text) ? Number(text) : text)

const valueOf = (setting: string, text: string): unknown => {
  if (setting === 'thresholds' || setting === 'expiring')
    return text === 'none' ? [] : text.split(',').map((each) => (setting === 'thresholds' ? numberOf(each.trim()) : each.trim()))
  return numberOf(text)
}

const checked = (setting: string, path: ReadonlyArray<string>, value: unknown): E.Either<VaultError, AlertEdit> => {
  const shape = shapeAt(path)
  if (shape === null) return refuse(setting, path.length > 1 ? 'cannot be set for a key or a tag' : 'cannot be set')
  return shape._tag === 'Leaf' && !shape.is(value) ? refuse(setting, shape.rule) : E.right({ path, value })
}

const ruleEdit = (rule: string, prefix: ReadonlyArray<string>, word: string): E.Either<VaultError, AlertEdit> => {
  const path = [...prefix, 'rules', rule]
  if (word === 'default') return E.right({ path, value: undefined })
  const [field, value] = ruleFieldOf(word)
  if (field === 'action' && shapeAt([...path, field]) === null)
    return refuse(rule, 'cannot contain a key: only a rule about what a key spends, or what happens to it, can')
  return field === 'severity' && shapeAt([...path, field]) !== null && !['info', 'warning', 'critical'].includes(word)
    ? refuse(rule, 'must be on, off, info, warning, critical, tell, contain or default')
    : checked(rule, [...path, field], value)
}

/** Checks a setting of the alerts as it comes from a command line: a rule and one word, or a measure and its value. */
export const parseAlertEdit = (setting: string, text: string, scope: AlertScope): E.Either<VaultError, AlertEdit> => {
  const prefix = prefixOf(scope)
  if (E.isLeft(prefix)) return prefix
  if (isRuleName(setting) || isOwnRule(setting)) return ruleEdit(setting, prefix.right, text)
  if (!measures.includes(setting)) {
    const near = closestOf(setting, [...ruleNames, ...measures])
    const hint = near === null ? `rules are ${ruleNames.join(', ')}; measures are ${measures.join(', ')}` : `did you mean ${near}?`
    return refuse('rule', `must be a rule or a measure; ${hint}`)
  }
  const path = [...prefix.right, setting]
  return text === 'default' && shapeAt(path) !== null ? E.right({ path, value: undefined }) : checked(setting, path, valueOf(setting, text))
}

/** A place that is empty, or a word where fields are to go, becomes a map; what it said stays said. */
const makeRoom = ({ document, yaml }: ConfigDocument, path: ReadonlyArray<string>): void => {
  const node: unknown = document.getIn(path, true)
  if (!yaml.isScalar(node)) return
  const said = node.value === 'on' || node.value === 'off' ? { enabled: node.value === 'on' } : {}
  const map = document.createNode(said)
  map.comment = node.comment ?? null
  document.setIn(path, map)
}

const prune = ({ document, yaml }: ConfigDocument, path: ReadonlyArray<string>): void => {
  const node: unknown = path.length === 0 ? null : document.getIn(path, true)
  if (!yaml.isMap(node) || node.items.length > 0) return
  document.deleteIn(path)
  prune({ document, yaml } as ConfigDocument, path.slice(0, -1))
}

/** Writes the edit into the tree; comments and order of everything else stay. */
export const applyAlertEdit = (config: ConfigDocument, edit: AlertEdit): void => {
  const { document, yaml } = config
  const path = ['alerts', ...edit.path]
  if (!yaml.isMap(document.contents)) document.contents = document.createNode({})
  if (edit.value === undefined) {
    if (document.hasIn(path)) document.deleteIn(path)
    return prune(config, path.slice(0, -1))
  }
  const parent = path.slice(0, -1)
  const isWord = path[path.length - 1] === 'enabled' && !yaml.isMap(document.getIn(parent, true))
  const depth = isWord ? parent.length - 1 : parent.length
  for (let n = 1; n <= depth; n += 1) makeRoom(config, path.slice(0, n))
  if (isWord) document.setIn(parent, edit.value === true ? 'on' : 'off')
  else document.setIn(path, Array.isArray(edit.value) ? document.createNode(edit.value, { flow: true }) : edit.value)
}
