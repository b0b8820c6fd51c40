import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { asks } from '../../src/cli/exec-words.js'
import { type Bench, makeBench } from './bench.js'

let bench: Bench
beforeAll(async () => {
  bench = makeBench()
  await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
  await bench.run(['add', 'k'])
})
afterAll(() => bench.dispose())

/** What was started, as words; null when nothing was. */
const started = async (line: string): Promise<ReadonlyArray<string> | null> => {
  const before = bench.launched.length
  await bench.run(line.split(' '))
  const last = bench.launched[before]
  return last === undefined ? null : [last.command, ...last.args]
}

describe('the words of exec', () => {
  it.each([
    ['exec k echo --json', ['echo', '--json']],
    ['exec k echo --home x --env Y -q --help', ['echo', '--home', 'x', '--env', 'Y', '-q', '--help']],
    ['exec --env A k echo --env B', ['echo', '--env', 'B']],
    ['exec --env=A k echo -V', ['echo', '-V']],
    ['--quiet exec k --env A echo --quiet', ['echo', '--quiet']],
    ['exec k sh -c -- x', ['sh', '-c', '--', 'x']],
    ['exec k -- echo --json', ['echo', '--json']],
    ['exec k -- echo -- --json', ['echo', '--', '--json']],
    ['exec -- k echo --json', ['echo', '--json']],
    ['exec --env A=lv://k -- echo --json', ['echo', '--json']],
    ['exec --env=A=lv://k -- k echo', ['k', 'echo']],
    ['exec --profile x --home . --env A=lv://k -- echo', null],
  ])('%s: all from the command on is its own', async (line, words) => {
    expect(await started(line)).toEqual(words)
  })

  it('leave --home and its value to us', async () => {
    expect(await started(`--home ${bench.home} exec k echo --home`)).toEqual(['echo', '--home'])
    expect(await started(`exec --home ${bench.home} k echo a`)).toEqual(['echo', 'a'])
  })

  it.each([
    ['exec k echo --json', false],
    ['exec k --env A echo --json', false],
    ['exec k -- echo --json', false],
    ['--home exec list --json', true],
    ['exec k --json echo', true],
    ['exec --json', true],
    ['--json exec k echo', true],
    ['list --json', true],
    ['get exec --json', true],
  ])('%s: asks us for JSON: %s', (line, asked) => {
    expect(asks(line.split(' '), '--json')).toBe(asked)
  })

  it('of which the command is an empty one are refused, and that is no bug', async () => {
    const ran = await bench.run(['exec', 'k', '--', ''])
    expect(ran).toMatchObject({ exit: 125, stdout: '' })
    expect(ran.stderr).toContain('The command to run is an empty word.')
    expect(ran.stderr).not.toContain('bug')
  })
})
