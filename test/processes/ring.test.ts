import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Bench, mustRun, openBench, type Saved } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { problemsOf } from './check-bench.js'
import { toolText } from './custody-scenarios.js'
import { reconciled } from './kill-trial.js'
import { type Holder, now, startHolder, type Step } from './ring-trial.js'
import { emptyVault, forget } from './saved-vaults.js'

let cli: BuiltCli
let saved: Saved
beforeAll(async () => {
  cli = copyBuiltCli()
  saved = await emptyVault(cli)
}, 60_000)
afterAll(() => {
  forget(saved)
  cli.remove()
})

const phrase = 'canary passphrase of a holder 5d1f'

/** A keychain of files, which the programs find on their path. */
const withTool = ({ folder, env }: Bench): Readonly<Record<string, string>> => {
  const tools = join(folder, 'tools')
  mkdirSync(join(tools, 'entries'), { recursive: true })
  writeFileSync(join(tools, 'secret-tool'), toolText)
  chmodSync(join(tools, 'secret-tool'), 0o755)
  return { PATH: `${tools}:${env['PATH'] ?? ''}` }
}

const outcomes = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => steps.flatMap(({ told }) => (told === null ? [] : [told.outcome]))

/** What is said of a key of one's own, whatever it was before. That the vault could not be used is none of it. */
const usual = ['added', 'removed', 'suspended', 'resumed', 'updated', 'unchanged', 'read', 'NameTaken', 'KeyNotFound', 'KeyNotReady', 'incomplete']

/** A removal that the change of the vault key left half done is finished by the next one that can; until then the key is given to nobody. */
const isLeftRemoving = ({ steps }: Holder, { name, start }: Step): boolean => {
  const removals = steps().filter((step) => step.name === name && step.verb === 'remove' && step.start < start)
  return removals.flatMap(({ told }) => (told === null ? [] : [told.outcome])).findLast((each) => ['removed', 'incomplete'].includes(each)) === 'incomplete'
}

const unusual = (holder: Holder, steps: ReadonlyArray<Step> = holder.steps()): ReadonlyArray<string> => {
  const strange = steps.filter((step) => !outcomes([step]).every((each) => usual.includes(each) || (each === 'KeyBeingRemoved' && isLeftRemoving(holder, step))))
  return [...new Set(outcomes(strange))]
}

/** A tag that nothing was asked of afterwards is there to be seen. */
const lostTags = async (bench: Bench, { names, steps }: Holder): Promise<ReadonlyArray<string>> => {
  const changing = (name: string) => steps().filter((step) => step.name === name && ['add', 'remove', 'tag'].includes(step.verb))
  const lasts = names.flatMap((name) => {
    const tag = changing(name).at(-1)?.told?.tag
    return tag === undefined ? [] : [[name, tag] as const]
  })
  const found = await Promise.all(
    lasts.map(async ([name, tag]) => {
      const { tags } = (await mustRun(bench, ['show', name])) as { readonly tags: Readonly<Record<string, string>> }
      return tags['t'] === tag ? [] : [`${name} was tagged ${tag} and has ${String(tags['t'])}`]
    }),
  )
  return found.flat()
}

/** A secret was handed out, and something was changed. */
const worked = (since: ReadonlyArray<Step>): boolean =>
  since.some(({ verb, told }) => verb === 'get' && told?.outcome === 'read') && outcomes(since).some((each) => ['added', 'removed', 'suspended', 'resumed', 'updated'].includes(each))

const six = (since: ReadonlyArray<Step>): boolean => since.length >= 6

describe('a program that holds the vault open', { timeout: 120_000 }, () => {
  it('goes on reading and writing while other programs change the vault key and who has it; without the new key it does nothing, and then goes on', async () => {
    const bench = await openBench(cli, saved)
    const tool = withTool(bench)
    const ann = await identityToRecipient(await generateX25519Identity())
    const change = (args: ReadonlyArray<string>, env = {}) => mustRun(bench, ['vault', ...args], { env: { ...tool, ...env } })
    const known = { LEAN_VAULT_PASSPHRASE: phrase }
    const first = startHolder(cli, bench, 1, tool)
    let changes = 0
    try {
      await first.goesOn(worked)
      for (const args of [['rotate-key'], ['recipients', 'add', ann], ['rotate-key'], ['recipients', 'remove', ann], ['keychain'], ['rotate-key'], ['key-file']]) {
        await change(args)
        changes += 1
        expect(unusual(first, await first.goesOn(worked)), args.join(' ')).toEqual([])
      }

      await change(['passphrase'], { LEAN_VAULT_NEW_PASSPHRASE: phrase })
      expect([...new Set(outcomes(await first.goesOn(six)))]).toEqual(['VaultUnavailable newer-key'])
      const sent = bench.front.arrivals.length
      expect([...new Set(outcomes(await first.goesOn(six)))]).toEqual(['VaultUnavailable newer-key'])
      expect(bench.front.arrivals).toHaveLength(sent)

      const second = startHolder(cli, bench, 2, { ...tool, ...known })
      try {
        await second.goesOn(worked)
        await change(['rotate-key'], known)
        expect(unusual(second, await second.goesOn(worked)), 'rotate-key of a passphrase').toEqual([])
        const back = now()
        await change(['key-file'], known)
        changes += 3
        for (const each of [first, second]) expect(unusual(each, await each.goesOn(worked)), 'key-file').toEqual([])
        expect(first.steps().filter(({ start }) => start < back).length).toBeGreaterThan(20)
      } finally {
        await second.stop()
      }
      await first.stop()
      const all = [...first.steps(), ...second.steps()]
      console.info(`${changes} changes of the vault key, ${all.length} things asked meanwhile by two programs`)
      expect(unusual(second)).toEqual([])

      expect(await reconciled(bench)).toEqual([])
      expect([...(await lostTags(bench, first)), ...(await lostTags(bench, second))]).toEqual([])
      expect(await mustRun(bench, ['audit', 'verify'])).toMatchObject({ damage: [] })
      const names = [...first.names, ...second.names]
      const expected = Object.fromEntries(names.map((name) => [name, ['active', 'suspended', 'gone'] as const]))
      const watched = { ...bench, front: { ...bench.front, secrets: new Set([...bench.front.secrets, phrase]) } }
      expect(await problemsOf(watched, expected, names)).toEqual([])
    } finally {
      await first.stop()
      await bench.close()
    }
  })
})
