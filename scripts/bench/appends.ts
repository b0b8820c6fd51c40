import { median } from './measure.js'
import { atLeast, type Section } from './report.js'
import type { Scene } from './scene.js'

interface Rates {
  readonly log: ReadonlyArray<number>
  readonly sqlite: ReadonlyArray<number>
  readonly fdatasync: ReadonlyArray<number>
}

const ratios = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): number => median(one.map((rate, index) => rate / (other[index] ?? Number.NaN)))

/** Durable appends of one event, in turns with one raw row and one raw line on the same disk. */
export const measureAppends = async (scene: Scene, nodes: ReadonlyArray<{ readonly file: string; readonly version: string }>, slices: number): Promise<Section> => {
  const measured = []
  for (const { file, version } of nodes) {
    const { result } = await scene.worker(file, 'appends', { home: scene.folder, slices, slice: 250 }, scene.env)
    measured.push({ version, rates: result as Rates })
  }
  return {
    title: 'Durable appends',
    about:
      'Ratio of rates, slice by slice in turns on one disk. One commit of ours: an event of 250 bytes, its hash and MAC, and its stream\'s authenticated end, three rows in four B-trees.',
    lines: measured.flatMap(({ version, rates: { log, sqlite, fdatasync } }) => [
      {
        what: `one event, Node ${version}`,
        against: 'one row, one SQLite transaction, WAL with full sync, the same driver',
        ratio: ratios(log, sqlite),
        more: `median ${median(log).toFixed(0)} a second`,
        target: atLeast(ratios(log, sqlite), 0.8),
      },
      { what: `one event, Node ${version}`, against: '`write` and `fdatasync` of one line', ratio: ratios(log, fdatasync), more: '', target: null },
    ]),
    notes: [],
  }
}
