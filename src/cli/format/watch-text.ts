import type { WatchReport } from '../../index.js'

const part = (word: string, names: ReadonlyArray<string>): ReadonlyArray<string> => (names.length === 0 ? [] : [`${word} ${names.join(', ')}`])
const named = (all: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<string> => all.map(({ name }) => name)

const alertParts = ({ raised, delivered, failed }: WatchReport['alerts']): ReadonlyArray<string> => [
  ...(raised === 0 ? [] : [`${String(raised)} ${raised === 1 ? 'alert' : 'alerts'} raised`]),
  ...(delivered === 0 ? [] : [`${String(delivered)} sent`]),
  ...(failed === 0 ? [] : [`${String(failed)} not sent`]),
]

/** One pass in one line. */
export const watchLine = (report: WatchReport): string => {
  const time = report.at.slice(11, 19)
  if (report.state !== 'passed') return `${time}  ${report.state}: ${report.problem ?? 'no reason given'}\n`
  const parts = [
    `${String(report.keys)} ${report.keys === 1 ? 'key' : 'keys'}`,
    ...part('contained', report.contained),
    ...part('lifted', report.lifted),
    ...part('began to rotate', report.rotations.begun),
    ...(report.rotations.waiting === 0 ? [] : [`${String(report.rotations.waiting)} more due to be rotated`]),
    ...part('not rotated though due:', report.rotations.heldBack.map(({ name, reason }) => `${name} (${reason})`)),
    ...part('finished', named(report.finished)),
    ...part('undone', named(report.undone)),
    ...part('revoked lost keys of', named(report.orphansRevoked)),
    ...part('changed by others', named(report.drift)),
    ...(report.unheld.length === 0 ? [] : [`${String(report.unheld.length)} unheld`]),
    ...part('outstanding', named(report.outstanding)),
    ...alertParts(report.alerts),
  ]
  return `${time}  ${parts.join('; ')}\n`
}
