// undici's parts that this adapter needs, without the rest of it: loading the whole package takes twice as long.
// They are the same values as the package exports; `load-undici.ts` falls back to those should the files ever move.
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici'
  export default Client
}
declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici'
  export default buildConnector
}
