import * as E from 'fp-ts/lib/Either.js'
import type { Type } from 'io-ts'

import { type InvalidValue, invalidValue } from '../../domain/shared/brand.js'
import type { Environment, FileKey, FileSettings, GivenSettings, Sourced } from './settings.js'
import { profileCodec } from './setting-codecs.js'
import { variables } from './settings.js'

/** A value with its source, or the rule that it breaks and where it stands. */
export type Found<A> = E.Either<InvalidValue, Sourced<A>>

/** Where one setting may come from, the strongest first. */
export interface Sources {
  readonly given: GivenSettings
  readonly env: Environment
  readonly file: FileSettings
}

const checked = <A>(codec: Type<A, A>, value: unknown, found: Omit<Sourced<A>, 'value'>, field: string): Found<A> =>
  codec.is(value) ? E.right({ ...found, value }) : E.left(invalidValue(field, codec.name))

/** Decimal digits only, so that `1e3`, ` 5` and `0x10` are refused rather than guessed at. */
export const fromDigits = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)

/** The value that the caller or the environment gives, checked; null where neither does. */
export const findGiven = <A>(
  { given, env }: Pick<Sources, 'given' | 'env'>,
  key: FileKey | 'home',
  codec: Type<A, A>,
  read: (text: string) => unknown,
): Found<A> | null => {
  if (given[key] !== undefined) return checked(codec, given[key], { origin: 'option', source: null }, key)
  const name = variables[key]
  const text = env[name]
  return text === undefined || text === ''
    ? null
    : checked(codec, read(text), { origin: 'environment', source: name }, name)
}

const profileVariable = 'LEAN_VAULT_PROFILE'

/** The profile that the caller or the environment gives, checked; null where neither does. */
export const findProfile = ({ given, env }: Pick<Sources, 'given' | 'env'>): Found<string> | null => {
  if (given.profile !== undefined) return checked(profileCodec, given.profile, { origin: 'option', source: null }, 'profile')
  const name = env[profileVariable]
  const found = { origin: 'environment', source: profileVariable } as const
  return name === undefined || name === '' ? null : checked(profileCodec, name, found, profileVariable)
}

/** The value of the strongest source that has one, checked; else the default. What a stronger source hides is not looked at. */
export const findSetting = <A>(
  sources: Sources,
  key: FileKey,
  codec: Type<A, A>,
  read: (text: string) => unknown,
  fallback: A,
): Found<A> => {
  const found = findGiven(sources, key, codec, read)
  if (found !== null) return found
  const { file } = sources
  const written = file.values[key]
  if (written === undefined) return E.right({ value: fallback, origin: 'default', source: null })
  const source = `${file.path}:${written.line}`
  return checked(codec, written.value, { origin: 'file', source }, `${source}: ${key}`)
}
