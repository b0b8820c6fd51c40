import type { buildConnector, Client } from 'undici'

/** The parts of undici that the transport is made of. */
export interface Undici {
  readonly Client: typeof Client
  readonly buildConnector: typeof buildConnector
}

/** From undici's own files: about 40 ms sooner at the first request than the whole package, measured on Node 20. */
export const loadParts = async (): Promise<Undici> => {
  const [client, connect] = await Promise.all([
    import('undici/lib/dispatcher/client.js'),
    import('undici/lib/core/connect.js'),
  ])
  return { Client: client.default, buildConnector: connect.default }
}

/** By the package's public door. */
export const loadWhole = async (): Promise<Undici> => {
  const { default: undici } = await import('undici')
  return { Client: undici.Client, buildConnector: undici.buildConnector }
}

/** undici, loaded when the first request needs it: most commands send none. */
export const loadUndici = (): Promise<Undici> => loadParts().catch(loadWhole)
