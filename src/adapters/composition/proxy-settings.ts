import type { Environment } from '../config/index.js'
import type { ProxySettings } from '../openrouter/index.js'

const first = (env: Environment, ...names: ReadonlyArray<string>): string | null => {
  const found = names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
  return found ?? null
}

/** The usual proxy variables, in capitals or small letters. */
export const proxySettings = (env: Environment): ProxySettings => ({
  httpsProxy: first(env, 'HTTPS_PROXY', 'https_proxy'),
  noProxy: first(env, 'NO_PROXY', 'no_proxy'),
})
