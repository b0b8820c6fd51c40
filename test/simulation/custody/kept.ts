import { readdirSync, readFileSync } from 'node:fs'

import type { CustodyPlan } from './plan.js'

const folder = new URL('kept/', import.meta.url)

/** Whole lives that once broke an invariant, or that an invariant misjudged, already shrunk, by what they are called. */
export const keptLives = (): ReadonlyArray<readonly [string, CustodyPlan]> =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    // Written by `tellCustody`, which prints plans as they are.
    .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CustodyPlan])
