// What Lean Vault costs, in ratios measured side by side in one run: npm run bench -- [--quick] [--only TEXT] [--most N] [--out FILE]
//
// `--quick`: everything once and small, to see that it runs; its figures say nothing. `--only`: just the sections whose title
// contains the text. `--most`: no log of more events than that. `--out`: where the report goes, by default docs/benchmarks.md, and stdout with --quick or --only.
import { existsSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { measureAppends } from './bench/appends.js'
import { measureCommands } from './bench/commands.js'
import { measureHistory, measureKeys } from './bench/growth.js'
import { measureLogs } from './bench/logs.js'
import { describeMachine, fileSystemOf } from './bench/machine.js'
import { reportText, type Section } from './bench/report.js'
import { makeScene, root } from './bench/scene.js'

// Node loads them at every start, and every child would.
delete process.env['NODE_EXTRA_CA_CERTS']

const argument = (name: string): string | null => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : (process.argv[at + 1] ?? null)
}

const quick = process.argv.includes('--quick')
const only = argument('only')
const out = argument('out') ?? (quick || only !== null ? null : join(root, 'docs/benchmarks.md'))

const most = Number(argument('most') ?? 1_000_000)
const upTo = (sizes: ReadonlyArray<number>): ReadonlyArray<number> => sizes.filter((size) => size <= most)

const newer = quick ? [] : [24].map((major) => join(root, `.cache/nodes/node_modules/node${major}/bin/node`)).filter((file) => existsSync(file))
const nodes = [process.execPath, ...newer].map((file) => ({ file, version: execFileSync(file, ['--version'], { encoding: 'utf8' }).trim() }))
const [{ file: node } = { file: process.execPath }] = nodes
const scene = await makeScene()
const sections: ReadonlyArray<readonly [string, () => Promise<Section>]> = [
  ['Whole commands', () => measureCommands(scene, nodes, quick ? 1 : 15)],
  ['Durable appends', () => measureAppends(scene, nodes, quick ? 1 : 12)],
  ['Large logs', () => measureLogs(scene, node, upTo(quick ? [5_000] : [100_000, 1_000_000]), quick ? 1 : 3)],
  ['Growth with keys', () => measureKeys(scene, node, quick ? [10, 50] : [10, 100, 1_000, 10_000], quick ? 1 : 5)],
  ['Growth with history', () => measureHistory(scene, node, upTo(quick ? [10, 500] : [10, 1_000, 100_000, 1_000_000]), quick ? 1 : 5)],
]
const command = ['npm run bench', quick ? '--quick' : '', most < 1_000_000 ? `--most ${most}` : ''].filter((word) => word !== '').join(' ').replace('bench --', 'bench -- --')
const done: Array<Section> = []
const report = (): string => reportText(describeMachine(nodes.map(({ file }) => file), fileSystemOf(root)), new Date().toISOString().slice(0, 10), command, done)
try {
  for (const [title, measure] of sections.filter(([name]) => only === null || name.includes(only))) {
    const began = performance.now()
    done.push(await measure())
    console.error(`${title}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
    if (out !== null) writeFileSync(out, report())
  }
} finally {
  await scene.dispose()
}
if (out === null) console.log(report())
