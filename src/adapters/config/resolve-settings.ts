import { join, resolve } from 'node:path'

import { sequenceS } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import type { InvalidValue } from '../../domain/shared/brand.js'
import { findGiven, findProfile, findSetting, type Found, fromDigits, type Sources } from './find-setting.js'
import { type BaseUrl, baseUrlCodec, pathCodec } from './setting-codecs.js'
import { fileCodecs, type Places, type Settings, type Sourced } from './settings.js'

/** OpenRouter's own. https://openrouter.ai/docs/api-reference/overview */
const defaultBaseUrl = 'https://openrouter.ai/api/v1' as BaseUrl

const asText = (text: string): string => text

const usualHome = ({ userFolder }: Places): string => join(userFolder, '.lean_vault')

/**
 * The vault's folder, absolute. `config.yaml` lies in it, so no file has a say. What the caller gives wins over the
 * environment, and a folder over a profile.
 */
export const resolveHome = (sources: Pick<Sources, 'given' | 'env'>, places: Places): Found<string> => {
  const profile = findProfile(sources)
  const folder = findGiven(sources, 'home', pathCodec, asText)
  const byProfile =
    profile !== null && sources.given.home === undefined && (folder === null || sources.given.profile !== undefined)
  if (byProfile) return pipe(profile, E.map((found) => ({ ...found, value: `${usualHome(places)}-${found.value}` })))
  return pipe(
    folder ?? E.right<InvalidValue, Sourced<string>>({ value: usualHome(places), origin: 'default', source: null }),
    E.map((home) => ({ ...home, value: resolve(places.workingFolder, home.value) })),
  )
}

/** A path of the file is relative to the vault's folder and may begin with `~/`: no shell has expanded it. */
const absolute = (path: Sourced<string | null>, home: string, places: Places): Sourced<string | null> => {
  if (path.value === null) return path
  if (path.origin !== 'file') return { ...path, value: resolve(places.workingFolder, path.value) }
  const own = /^~(?=\/|$)/.test(path.value) ? join(places.userFolder, path.value.slice(1)) : path.value
  return { ...path, value: resolve(home, own) }
}

const withoutSlash = (url: BaseUrl): BaseUrl => (url.endsWith('/') ? (url.slice(0, -1) as BaseUrl) : url)

/**
 * Every effective setting and where it came from: given ones win over the environment, that over `config.yaml`, that over
 * defaults. Fails with the first value that breaks its rule.
 */
export const resolveSettings = (sources: Sources, places: Places): E.Either<InvalidValue, Settings> =>
  pipe(
    resolveHome(sources, places),
    E.flatMap((home) =>
      sequenceS(E.Applicative)({
        home: E.right(home),
        baseUrl: pipe(
          findSetting(sources, 'baseUrl', baseUrlCodec, asText, defaultBaseUrl),
          E.map((url) => ({ ...url, value: withoutSlash(url.value) })),
        ),
        masterKeyFile: pipe(
          findSetting(sources, 'masterKeyFile', t.union([pathCodec, t.null], pathCodec.name), asText, null),
          E.map((path) => absolute(path, home.value, places)),
        ),
        headFile: pipe(
          findSetting(sources, 'headFile', t.union([pathCodec, t.null], pathCodec.name), asText, null),
          E.map((path) => absolute(path, home.value, places)),
        ),
        httpTimeoutMs: findSetting(sources, 'httpTimeoutMs', fileCodecs.httpTimeoutMs, fromDigits, 30_000),
        retryBudgetMs: findSetting(sources, 'retryBudgetMs', fileCodecs.retryBudgetMs, fromDigits, 60_000),
        settleMs: findSetting(sources, 'settleMs', fileCodecs.settleMs, fromDigits, 15_000),
      }),
    ),
  )
