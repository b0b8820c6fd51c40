import { readdirSync, readFileSync } from 'node:fs'

import type { Plan } from './plan.js'

const folder = new URL('kept/', import.meta.url)

/** Whole plans that once broke an invariant, already shrunk, by what they are called: they replay as they did, whatever becomes of the generators. */
export const keptPlans = (): ReadonlyArray<readonly [string, Plan]> =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    // Written by `tell`, which prints plans as they are.
    .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Plan])
