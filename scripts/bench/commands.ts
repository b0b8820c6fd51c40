import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { promises, secret } from '../../src/index.js'
import { inTurns, leastRatioOf, type Measured, median, type Program, ratioOf } from './measure.js'
import { peersIn } from './peers.js'
import { atMost, type Line, type Section } from './report.js'
import { program, type Scene } from './scene.js'

const passphrase = 'correct horse battery staple'

/** What any program in Node pays that reads one row of the vault's file and has Node's cryptography: nothing of ours is in it. */
const least = `
const file = process.env.LEAN_VAULT_HOME + '/vault.db'
process.emitWarning = () => {}
const sqlite = process.getBuiltinModule('node:sqlite')
const Database = sqlite ? sqlite.DatabaseSync : require('libsql')
const database = new Database(file)
database.prepare('SELECT count(*) FROM sqlite_schema').get()
database.close()
require('node:crypto').createHmac('sha256', 'key').update('text').digest()
process.exit(0)
`

const majorOf = (version: string): number => Number(version.slice(1).split('.')[0])

const lineOf = (one: Measured, bare: Measured, node: string, target: number | null): Line => {
  const ratio = ratioOf(one, bare, 'cpu')
  const [wall, least] = [ratioOf(one, bare, 'wall'), leastRatioOf(one, bare, 'cpu')]
  return {
    what: `${one.name.startsWith('what ') ? one.name : `\`${one.name}\``}, ${node}`,
    against: '`node -e 0`',
    ratio,
    more: `wall ${wall.toFixed(2)}; fastest against fastest ${least.toFixed(2)}; median ${median(one.runs.map(({ cpu }) => cpu)).toFixed(0)} ms of CPU`,
    target: target === null ? null : atMost(ratio, target),
  }
}

/** Whole processes of the built program, and of what people use instead, in turns with a bare Node. */
export const measureCommands = async (
  scene: Scene,
  nodes: ReadonlyArray<{ readonly file: string; readonly version: string }>,
  rounds: number,
): Promise<Section> => {
  const { env } = await scene.vault('five')
  const sealed = await scene.vault('passphrase', passphrase)
  const vault = await promises.openVault({ env })
  for (const name of ['one', 'two', 'three', 'four', 'five']) await vault.add(name, { monthlyLimit: 5 })
  await vault.close()
  const other = await promises.openVault({ env: sealed.env, passphrase: () => Promise.resolve(secret(passphrase)) })
  await other.add('one', { monthlyLimit: 5 })
  await other.close()
  const leastFile = join(scene.folder, 'least.cjs')
  writeFileSync(leastFile, least)
  const peers = peersIn(join(scene.folder, 'peers'), scene.env)
  const lines: Array<Line> = []
  for (const { file, version } of nodes) {
    const node = (name: string, args: (run: number) => ReadonlyArray<string>, more: Readonly<Record<string, string>> = env): Program => ({
      name,
      file,
      args: (run) => [program, ...args(run)],
      env: more,
    })
    const first = file === nodes[0]?.file
    const [bare, ...measured] = await inTurns(
      [
        { name: 'node -e 0', file, args: () => ['-e', '0'] },
        node('get', () => ['get', 'one']),
        { name: 'what Node takes to open the file and read a row', file, args: () => [leastFile], env },
        node('list', () => ['list']),
        node('add', (run) => ['add', `new-${majorOf(version)}-${run}`, '--monthly-limit', '5']),
        node('get, by passphrase', () => ['get', 'one'], { ...sealed.env, LEAN_VAULT_PASSPHRASE: passphrase }),
        ...(first ? peers.programs : []),
      ],
      rounds,
      env,
    )
    if (bare === undefined) continue
    const bound = majorOf(version) >= 24 ? 1.6 : 2.3
    lines.push(...measured.map((one) => lineOf(one, bare, `Node ${majorOf(version)}`, one.name === 'get' ? bound : null)))
  }
  return {
    title: 'Whole commands',
    about:
      'Ratio: the median of the ratios of CPU time, round by round. A vault of five keys with a key file, output to a file, no extra certificates (`NODE_EXTRA_CA_CERTS` unset); `add` asks the simulated OpenRouter on this machine.',
    lines,
    notes: peers.notes,
  }
}
