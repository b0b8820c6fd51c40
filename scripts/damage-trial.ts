import { rmSync } from 'node:fs'
import { setImmediate as soon } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { loadDriver } from '../src/adapters/sqlite-log/load-driver.js'
import { type Files, killedVault, learn, newFolder, tryDamage, wholeVault } from '../test/support/damaged-vault.js'

// Flips a bit of every byte of every file of a five-key vault, and cuts every file at every byte. With --all-bits, every bit.
// With --stride N, every N-th byte only; with --part 2/8, the second of eight parts, which together are all of it; with --driver
// node:sqlite or libsql, by that SQLite and no other; with --form killed or closed, of that vault alone. Ends with 1 when a vault
// told something else without saying so.
const args = process.argv.slice(2)
const after = (flag: string): string | undefined => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined)
const stride = Number(after('--stride') ?? 1) || 1
const [part = 1, parts = 1] = (after('--part') ?? '1/1').split('/').map(Number)
if (!(part >= 1 && part <= parts)) throw new Error('--part is the number of a part and how many there are, such as 2/8')
const bits = args.includes('--all-bits') ? [0, 1, 2, 3, 4, 5, 6, 7] : null

const choice = after('--driver') ?? 'auto'
if (choice !== 'auto' && choice !== 'libsql' && choice !== 'node:sqlite') throw new Error('--driver is node:sqlite or libsql')
const driver = await loadDriver(choice)
if (driver === null) throw new Error(`no ${choice === 'auto' ? 'SQLite' : choice} here`)
const form = after('--form')
if (form !== undefined && form !== 'closed' && form !== 'killed') throw new Error('--form is closed or killed')
const folder = newFolder()

const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ (1 << bit)
  return copy
}

// `libsql` holds a closed file open until its statements are collected, and a run opens more files than a process may have.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const collectEvery = 200

const started = Date.now()
const vaults: ReadonlyArray<readonly [string, Files]> = [
  ...(form === 'killed' ? [] : [['in one file', wholeVault()] as const]),
  ...(form === 'closed' ? [] : [['as a killed process leaves it', await killedVault(driver, folder)] as const]),
]
let trials = 0
for (const [vault, files] of vaults) {
  const known = await learn(driver, folder, files)
  for (const [name, bytes] of Object.entries(files)) {
    const fates = { refused: 0, found: 0, harmless: 0 }
    const attempt = async (damaged: Buffer, what: string): Promise<void> => {
      trials += 1
      if (trials % collectEvery === 0) {
        collect()
        await soon()
      }
      try {
        fates[await tryDamage(driver, folder, { ...files, [name]: damaged }, known)] += 1
      } catch (error) {
        console.error(`FAILED: ${vault}, ${name}, ${what}: ${String(error)}`)
        process.exitCode = 1
      }
    }
    for (let at = (part - 1) * stride; at < bytes.length; at += stride * parts) {
      for (const bit of bits ?? [at % 8]) await attempt(flipped(bytes, at, bit), `bit ${bit} of byte ${at}`)
      await attempt(bytes.subarray(0, at), `cut at ${at}`)
    }
    console.info(`${driver.name}, ${vault}, ${name} (${bytes.length} bytes): ${JSON.stringify(fates)}`)
  }
}
rmSync(folder, { recursive: true, force: true })
console.info(`${trials} trials in ${Math.round((Date.now() - started) / 1000)} s, ${process.exitCode === 1 ? 'FAILED' : 'none told a wrong secret or hid a damage'}`)
