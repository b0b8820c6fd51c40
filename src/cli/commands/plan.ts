import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyPlan } from '../../index.js'
import { type Answer, report, unheld } from '../answer.js'
import { type Body, describe, type Register } from '../command.js'
import { errorDocument, planText } from '../format/plan-text.js'
import { readDeclared } from '../read-declared.js'
import { withVault } from '../session.js'

interface Flags {
  readonly prune?: boolean
  readonly check?: boolean
}

const answer = (plan: KeyPlan, { check }: Flags): Answer => {
  const document = { ...plan, blocked: plan.blocked.map(({ name, error }) => ({ name, error: errorDocument(error) })) }
  const asDeclared = plan.steps.length === 0 && plan.blocked.length === 0
  const advice = 'lean-vault apply with the same file does this.'
  return check === true && !asDeclared ? unheld(document, planText(plan), advice) : report(document, planText(plan), asDeclared ? undefined : advice)
}

const body =
  (file: string, flags: Flags): Body =>
  (session) =>
    pipe(
      readDeclared(session, file),
      TE.flatMap((declared) => withVault(session, (vault) => vault.planKeys(declared, { prune: flags.prune ?? false }))),
      TE.map((plan) => answer(plan, flags)),
    )

const more = `The file says below "keys" what each key is to be: monthlyLimit, dailyLimit, alertThreshold and tags. What it does not speak of stays
as it is; null takes a limit away, and tags are all the tags of the key. A key that is not in the file is left alone without --prune.
OpenRouter is not asked: the keys are compared as the vault knows them, and "reconcile" sees what others changed there.`

/** `plan <file>` */
export const registerPlan: Register = (program, act) => {
  describe(program.command('plan <file>'), {
    summary: 'Say what apply would do to make the keys what a file declares',
    more,
    examples: ['plan keys.yaml', 'plan keys.yaml --check', 'plan keys.yaml --prune --json'],
    exits: [0, 2, 8, 9],
  })
    .option('--check', 'exit 9 unless all keys are as declared; for a build server')
    .option('--prune', 'plan the removal of keys that are not declared')
    .action((file: string, flags: Flags) => act(body(file, flags)))
}
