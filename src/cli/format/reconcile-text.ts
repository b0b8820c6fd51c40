import type { ReconcileReport } from '../../index.js'

type Entries = ReconcileReport['finished']

const section = (title: string, lines: ReadonlyArray<string>): string =>
  lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`

const entryLines = (entries: Entries): ReadonlyArray<string> =>
  entries.map(({ name, state, pending, reason }) => {
    const open = pending.length === 0 ? '' : `, still to do: ${pending.join(', ')}`
    return `${name} (${state}${open})${reason === null ? '' : `: ${reason}`}`
  })

const clean = (report: ReconcileReport): boolean => Object.values(report).every((entries: ReadonlyArray<unknown>) => entries.length === 0)

/** What a reconcile did or, with `planned`, would be about. */
export const reconcileText = (report: ReconcileReport, planned: boolean): string => {
  if (clean(report)) return 'All is settled: nothing was unfinished, lost or changed by others.\n'
  return [
    section('Finished', entryLines(report.finished)),
    section('Undone', entryLines(report.undone)),
    section(
      'Lost keys revoked',
      report.orphansRevoked.map(({ name, hash }) => `${hash} (${name})`),
    ),
    section(
      'Adopted, without their secrets',
      report.adopted.map(({ name, hash }) => `${name} (${hash})`),
    ),
    section(
      planned ? 'Changed by others' : 'Changed by others (what can be put back was)',
      report.drift.map(({ name, found }) => `${name}: ${found}`),
    ),
    section(
      'Marked as ours, but not held here (--revoke HASH destroys one, --adopt HASH takes it in)',
      report.unheld.map(({ hash, remoteName }) => `${hash} ${remoteName}`),
    ),
    section('Guardrails of this vault deleted, which no key was under for a week', report.guardrailsDeleted),
    section(planned ? 'To be done' : 'Outstanding', entryLines(report.outstanding)),
  ].join('')
}
