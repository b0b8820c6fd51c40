import { keyRingCases } from './event-log-notes.js'
import { secretCases } from './event-log-secrets.js'
import { streamCases } from './event-log-streams.js'
import type { EventLogSubject } from './event-log-subject.js'
import type { Suite } from './suite.js'

/** What every store of a vault must do, whatever it stores on. Each case begins with a fresh, empty store. */
export const eventLogSuite = (makeSubject: () => Promise<EventLogSubject>): Suite => [
  ...streamCases(makeSubject),
  ...secretCases(makeSubject),
  ...keyRingCases(makeSubject),
]
