// A program in CommonJS. Where Node can require an ES module it does; before, import() brings the same.
// https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const canRequire = process.features.require_module === true

const play = async ({ promises, secret, startSandbox }) => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-commonjs-'))
  const { right: sandbox } = await startSandbox()()
  const env = { OPENROUTER_BASE_URL: sandbox.url, LEAN_VAULT_HOME: join(folder, 'vault'), XDG_CONFIG_HOME: join(folder, 'config') }
  await promises.initVault({ env, managementKey: secret(sandbox.managementKey) })
  const vault = await promises.openVault({ env })
  await vault.add('from-commonjs', { monthlyLimit: 1 })
  const { outcome, proof } = await vault.remove('from-commonjs')
  await vault.close()
  await sandbox.close()
  rmSync(folder, { recursive: true })
  return `${canRequire ? 'required' : 'imported'}: ${outcome}, ${proof}`
}

const load = async () => (canRequire ? require('lean-vault') : await import('lean-vault'))
load().then(play).then(console.log)
