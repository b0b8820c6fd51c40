import { guardrailCases } from './open-router-guardrails.js'
import { keyCases } from './open-router-keys.js'
import { revocationCases } from './open-router-revocation.js'
import type { OpenRouterClientSubject } from './open-router-subject.js'
import type { Suite } from './suite.js'

/** What every client with its server must do. Each case begins with an account without keys. */
export const openRouterClientSuite = (makeSubject: () => Promise<OpenRouterClientSubject>): Suite => [
  ...keyCases(makeSubject),
  ...revocationCases(makeSubject),
  ...guardrailCases(makeSubject),
]
