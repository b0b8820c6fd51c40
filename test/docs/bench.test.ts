import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { atLeast, atMost, reportText } from '../../scripts/bench/report.js'
import { root } from '../architecture/project-files.js'

const execute = promisify(execFile)

describe('npm run bench', () => {
  it('measures appends against raw ones and says whether the target is met', { timeout: 60_000 }, async () => {
    const { stdout } = await execute('npx', ['tsx', 'scripts/bench.ts', '--quick', '--only', 'Durable'], { cwd: root })
    expect(stdout).toMatch(/^\| one event, Node v\S+ \| one row, .* \| \d+\.\d\d \| median \d+ a second \| ≥ 0\.8: (met|\*\*not met\*\*) \|$/m)
  })

  it('tells a target that is missed from one that is met', () => {
    expect([atMost(1.61, 1.6), atMost(1.6, 1.6), atLeast(0.79, 0.8), atLeast(0.8, 0.8)].map((target) => target?.met)).toEqual([false, true, false, true])
    const line = { what: 'this', against: 'that', ratio: 2, more: '', target: atMost(2, 1) }
    expect(reportText([], '2026-01-01', 'npm run bench', [{ title: 'One', about: '', lines: [line], notes: [] }])).toContain('| this | that | 2.00 |  | ≤ 1: **not met** |')
  })
})
