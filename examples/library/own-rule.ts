// A rule of one's own, and its alerts as they come: facts in, conditions out. The vault raises each once, whoever looks and however often.
import { type OwnRule, promises } from 'lean-vault'

/** Keys that somebody forgot to give to a team. `scope` is empty, for this is one standing thing for each key. */
const withoutTeam: OwnRule = ({ now, keys }) =>
  keys.map(({ name, lineage, tags }) => ({
    case: { subject: lineage, rule: 'acme:team', threshold: '', scope: '', revision: 0 },
    standing: tags['team'] === undefined ? ('active' as const) : ('cleared' as const),
    severity: 'info' as const,
    name,
    family: 'acme:team',
    level: 100,
    asOf: now,
    rearms: true,
    text: {
      happened: `${name} belongs to no team.`,
      means: 'Nobody is asked when it spends too much.',
      next: `lean-vault tag ${name} team=<its team>`,
    },
  }))

const vault = await promises.openVault({ env: process.env, alerts: { rules: [withoutTeam] } })
try {
  await vault.add('nobodys')
  const alerts = vault.alerts.subscribe()[Symbol.asyncIterator]()
  // What was raised before the first look is not told, so the look begins before the alert is raised.
  const next = alerts.next()
  await new Promise((resolve) => setTimeout(resolve, 500))
  await vault.alerts.review()
  const { value } = await next
  console.log(`${value?.rule} of ${value?.name}: ${value?.happened}`)
  await alerts.return?.()
  await vault.remove('nobodys')
} finally {
  await vault.close()
}
