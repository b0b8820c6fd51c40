import { createSecretKey, randomBytes } from 'node:crypto'

import { systemKeychain } from '../../../../src/adapters/keychain/keychain.js'

const keychain = systemKeychain()
const key = createSecretKey(randomBytes(32))
const stored = await keychain.store('test-account', key)()
const found = await keychain.lookup('test-account')()
await keychain.clear('test-account')()
const gone = await keychain.lookup('test-account')()
const same = found._tag === 'Right' && found.right.equals(key)
console.log(JSON.stringify({ stored: stored._tag, same, gone: gone._tag }))
