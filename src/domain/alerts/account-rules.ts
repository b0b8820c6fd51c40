import type { Instant } from '../shared/instant.js'
import type { Condition } from './condition.js'
import type { AccountFacts } from './facts.js'
import { conditionOf } from './make-condition.js'
import type { AlertPolicy } from './policy.js'
import { age, moment, money } from './words.js'

const credit = ({ creditLow }: AlertPolicy, { credit: left, creditReadAt }: AccountFacts, now: Instant): ReadonlyArray<Condition> => {
  if (left === null || creditReadAt === null) return []
  // A balance that wavers around the level must not be told each time: it has to rise by half first.
  const standing = left <= creditLow ? 'active' : left * 2n >= creditLow * 3n ? 'cleared' : 'between'
  return [
    conditionOf(null, {
      rule: 'credit-low',
      asOf: creditReadAt,
      standing,
      rearms: true,
      text: {
        happened: `The account has ${money(left)} of credit left; the level to warn at is ${money(creditLow)} (${age(creditReadAt, now)}).`,
        means: 'When it is used up, every key of the account is refused, whatever its own limit is.',
        next: 'Add credit on the site of OpenRouter.',
      },
    }),
  ]
}

const unheld = ({ unheld: found }: AccountFacts, now: Instant): ReadonlyArray<Condition> =>
  (found ?? []).map(({ hash, remoteName }) =>
    conditionOf(null, {
      rule: 'unheld',
      asOf: now,
      scope: hash,
      standing: 'active',
      text: {
        happened: `The account has a key ${remoteName} that bears this tool's mark and that this vault does not hold. What it spends is unknown, and so is its limit (${age(now, now)}).`,
        means: 'Another vault made it, or an older copy of this one; nobody may be watching it.',
        next: `If nobody needs it: lean-vault reconcile --revoke ${hash}.`,
      },
    }),
  )

const audit = ({ auditFailure }: AccountFacts, now: Instant): ReadonlyArray<Condition> =>
  auditFailure === null
    ? []
    : [
        conditionOf(null, {
          rule: 'audit-failure',
          asOf: now,
          scope: auditFailure.id === undefined ? `since ${auditFailure.at}` : `damage ${auditFailure.id}`,
          standing: 'active',
          text: {
            happened: `The log of this vault does not prove itself: ${auditFailure.text}, since ${moment(auditFailure.at)} (${age(now, now)}). 0 such findings are allowed, and there is 1 or more.`,
            means: 'Somebody or something changed what was recorded; what the vault says may be wrong.',
            next: 'Do not write to it, and compare it with a backup.',
          },
        }),
      ]

/** What the account and the vault as a whole give rise to. */
export const accountConditions = (policy: AlertPolicy, account: AccountFacts, now: Instant): ReadonlyArray<Condition> => [
  ...credit(policy, account, now),
  ...unheld(account, now),
  ...audit(account, now),
]
