import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { NewGuardrail } from '../../src/application/ports/guardrail.js'
import type { CreatedKey, NewKey, OpenRouterClient } from '../../src/application/ports/open-router-client.js'
import { reveal, type Secret, secret } from '../../src/application/secret.js'
import type { RemotePolicy } from '../../src/domain/key/remote-policy.js'
import { type KeyHash, keyHash, type WorkspaceId } from '../../src/domain/shared/identifiers.js'
import { type Instant, instant } from '../../src/domain/shared/instant.js'
import { fromDecimalDollars, type Picodollars, zero } from '../../src/domain/shared/picodollars.js'

/** A client with a management key of a fresh account that has no keys, and what the contract needs to know of its server. */
export interface OpenRouterClientSubject {
  readonly client: OpenRouterClient
  /** The same server with another credential. */
  readonly as: (credential: Secret) => OpenRouterClient
  /** The account's workspaces, the default one first, and at least one more. */
  readonly workspaces: readonly [WorkspaceId, WorkspaceId, ...ReadonlyArray<WorkspaceId>]
  /** Uses a key for `cost` credits at this moment. */
  readonly spend: (hash: KeyHash, cost: Picodollars) => Promise<void>
  readonly dispose: () => Promise<void>
}

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(`unexpected Left: ${JSON.stringify(result.left)}`)
  return result.right
}

const left = <L>(result: E.Either<L, unknown>): L => {
  if (E.isRight(result)) throw new Error('unexpected Right')
  return result.left
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const usd = (text: string): Picodollars => right(fromDecimalDollars(text))
const time = (iso: string): Instant => right(instant(Date.parse(iso)))
const nobody: KeyHash = right(keyHash(sha256('nobody')))

/** What every client with its server must do. Each test begins with an account without keys. */
export const openRouterClientContract = (name: string, makeSubject: () => Promise<OpenRouterClientSubject>): void => {
  describe(`OpenRouter client contract: ${name}`, () => {
    let subject: OpenRouterClientSubject
    let client: OpenRouterClient
    beforeEach(async () => {
      subject = await makeSubject()
      client = subject.client
    })
    afterEach(() => subject.dispose())

    const create = async (fields: Partial<NewKey> = {}): Promise<CreatedKey> =>
      right(
        await client.createKey({ name: 'k', limit: zero, includeByok: true, expiresAt: null, workspace: null, ...fields })(),
      )

    const listed = async (hash: KeyHash): Promise<boolean> =>
      right(await client.listKeys()()).keys.some((key) => key.hash === hash)

    const open: RemotePolicy = { disabled: false, limit: usd('10'), reset: 'monthly', includeByok: true }

    it('knows whose credential it shows', async () => {
      expect(right(await client.whoAmI()())).toMatchObject({ isManagement: true, creatorId: expect.any(String) })
      const { secret: ordinary } = await create()
      expect(right(await subject.as(ordinary).whoAmI()())).toMatchObject({ isManagement: false })
    })

    it('is refused with a credential that nobody knows, and with an ordinary key', async () => {
      const stranger = subject.as(secret(`sk-or-v1-${'0'.repeat(64)}`))
      expect(left(await stranger.whoAmI()())).toMatchObject({ _tag: 'Refused', status: 401 })
      expect(left(await stranger.listKeys()())).toMatchObject({ _tag: 'Refused', status: 401 })
      const { secret: ordinary, details } = await create()
      const key: NewKey = { name: 'x', limit: zero, includeByok: true, expiresAt: null, workspace: null }
      expect(left(await subject.as(ordinary).createKey(key)())).toMatchObject({ _tag: 'Refused' })
      expect(left(await subject.as(ordinary).revokeKey(details.hash)())).toMatchObject({
        _tag: 'KeyRevocationError',
        keyId: details.hash,
        reason: 'refused',
        isRetryable: false,
        cause: { _tag: 'Refused' },
      })
      expect(right(await client.verifyKeyStatus(details.hash)())).toBe('enabled')
    })

    it('lists the workspaces, and no keys where there are none', async () => {
      const ids = right(await client.listWorkspaces()()).map(({ id }) => id)
      expect([...ids].sort()).toEqual([...subject.workspaces].sort())
      expect(right(await client.listKeys()())).toMatchObject({ keys: [], complete: true })
    })

    it('creates a key as asked, and shows its secret', async () => {
      const name = 'ü "quoted" [lv:00000000000000000000000000000001:00000000000000000000000000000002]'
      const expiresAt = time('2099-12-31T23:59:59Z')
      const created = await create({ name, limit: usd('0.01'), expiresAt, workspace: subject.workspaces[1] })
      expect(created.details).toMatchObject({
        name,
        policy: { disabled: false, limit: usd('0.01'), reset: null, includeByok: true },
        workspace: subject.workspaces[1],
        expiresAt,
        usage: { total: 0n, day: 0n, week: 0n, month: 0n },
      })
      expect(created.details.createdAt).not.toBeNull()
      expect(sha256(reveal(created.secret))).toBe(created.details.hash)
      expect(inspect(created, { depth: 9, showHidden: true })).not.toContain(reveal(created.secret))
    })

    it('puts a key without a workspace into the default one', async () => {
      expect((await create()).details.workspace).toBe(subject.workspaces[0])
    })

    it('makes two keys of two creations, names alike or not', async () => {
      const [one, two] = [await create(), await create()]
      expect(one.details.hash).not.toBe(two.details.hash)
      expect(right(await client.listKeys()()).keys).toHaveLength(2)
    })

    it('reads a key back as it was created', async () => {
      const { details, secret: text } = await create({ limit: usd('3') })
      expect(right(await client.getKeyDetails(details.hash)())).toEqual(details)
      expect(right(await client.verifyKeyStatus(details.hash)())).toBe('enabled')
      expect(right(await client.trySecret(text)())).toBe('accepted')
      expect(right(await client.listKeys()()).keys).toEqual([details])
    })

    it.each<Partial<RemotePolicy>>([
      {},
      { disabled: true, limit: zero },
      { limit: null, reset: null },
      { limit: null },
      { reset: 'daily', includeByok: false },
      { reset: 'weekly' },
      { limit: usd('0') },
    ])('sets the whole policy at once: %o', async (change) => {
      const { details } = await create()
      const policy = { ...open, ...change }
      const updated = right(await client.updateKey(details.hash, policy)())
      expect(updated).toMatchObject({ hash: details.hash, name: details.name, policy })
      expect(right(await client.getKeyDetails(details.hash)()).policy).toEqual(policy)
      expect(right(await client.updateKey(details.hash, policy)()).policy).toEqual(policy)
    })

    it.each(['0.01', '0.1', '0.0000000375', '0.000000000001', '12.5', '19.99', '4503.599627', '100000', '123456789.12'])(
      'keeps a limit of %s dollars exactly',
      async (text) => {
        const { details } = await create({ limit: usd(text) })
        expect(details.policy.limit).toBe(usd(text))
        const updated = right(await client.updateKey(details.hash, { ...open, limit: usd(text) })())
        expect(updated.policy.limit).toBe(usd(text))
      },
    )

    it('tells exactly what a key has spent', async () => {
      const { details } = await create({ limit: usd('1') })
      for (const cost of ['0.1', '0.2', '0.0000000375']) await subject.spend(details.hash, usd(cost))
      const spent = usd('0.3000000375')
      const { usage } = right(await client.getKeyDetails(details.hash)())
      expect(usage).toMatchObject({ total: spent, day: spent, week: spent, month: spent })
    })

    it('tells the truth about a key that spent more than its limit', async () => {
      const { details } = await create({ limit: usd('0.5') })
      await subject.spend(details.hash, usd('0.75'))
      expect(right(await client.getKeyDetails(details.hash)())).toMatchObject({
        policy: { limit: usd('0.5') },
        usage: { total: usd('0.75') },
      })
      expect(await listed(details.hash)).toBe(true)
    })

    it('lists a disabled key, whose secret is refused until it is enabled again', async () => {
      const { details, secret: text } = await create()
      right(await client.updateKey(details.hash, { ...open, disabled: true })())
      expect(right(await client.verifyKeyStatus(details.hash)())).toBe('disabled')
      expect(right(await client.trySecret(text)())).toBe('refused')
      expect(await listed(details.hash)).toBe(true)
      right(await client.updateKey(details.hash, open)())
      expect(right(await client.verifyKeyStatus(details.hash)())).toBe('enabled')
      expect(right(await client.trySecret(text)())).toBe('accepted')
    })

    it('revokes a key for good, and says absent from then on', async () => {
      const { details, secret: text } = await create()
      const { details: other } = await create()
      expect(right(await client.revokeKey(details.hash)())).toBe('deleted')
      expect(right(await client.revokeKey(details.hash)())).toBe('absent')
      expect(right(await client.verifyKeyStatus(details.hash)())).toBe('absent')
      expect(right(await client.trySecret(text)())).toBe('refused')
      expect(left(await client.getKeyDetails(details.hash)())).toMatchObject({ _tag: 'Absent' })
      expect(left(await client.updateKey(details.hash, open)())).toMatchObject({ _tag: 'Absent' })
      expect([await listed(details.hash), await listed(other.hash)]).toEqual([false, true])
    })

    it('knows nothing of a key that never was', async () => {
      expect(right(await client.verifyKeyStatus(nobody)())).toBe('absent')
      expect(right(await client.revokeKey(nobody)())).toBe('absent')
      expect(left(await client.getKeyDetails(nobody)())).toMatchObject({ _tag: 'Absent' })
      expect(right(await client.trySecret(secret(`sk-or-v1-${'1'.repeat(64)}`))())).toBe('refused')
    })

    it('lists more keys than a page holds, of every workspace, each once', async () => {
      const made: Array<KeyHash> = []
      for (let n = 0; n < 230; n += 1) {
        const { details } = await create({ name: `k${n}`, workspace: n % 23 === 0 ? subject.workspaces[1] : null })
        made.push(details.hash)
        if (n % 10 === 0) right(await client.updateKey(details.hash, { ...open, disabled: true })())
      }
      const listing = right(await client.listKeys()())
      expect(listing.complete).toBe(true)
      expect(listing.keys.map(({ hash }) => hash).sort()).toEqual([...made].sort())
      expect(listing.keys.filter(({ policy }) => policy.disabled)).toHaveLength(23)
      expect(listing.keys.filter(({ workspace }) => workspace === subject.workspaces[1])).toHaveLength(10)
    })

    it('tells what a key has spent in each window, and what is left of the credits', async () => {
      const { details } = await create({ limit: usd('3') })
      const before = right(await client.readCredits()())
      await subject.spend(details.hash, usd('0.0000000375'))
      await subject.spend(details.hash, usd('1.25'))
      const spent = usd('1.2500000375')
      const usage = { total: spent, day: spent, week: spent, month: spent }
      expect(right(await client.getKeyDetails(details.hash)()).usage).toMatchObject(usage)
      const listing = right(await client.listKeys()())
      expect(listing.keys.map((key) => key.usage)).toMatchObject([{ ...usage, byok: { total: 0n, day: 0n, week: 0n, month: 0n } }])
      const after = right(await client.readCredits()())
      expect(after.bought).toBe(before.bought)
      expect((after.used ?? 0n) - (before.used ?? 0n)).toBe(spent)
    })

    const budget: NewGuardrail = { name: 'day', cap: { limit: usd('1.5'), reset: 'daily' }, includeByok: true, workspace: null }

    it('makes guardrails that are read back as asked, in any workspace, more of them than a page holds', async () => {
      const made = right(await client.createGuardrail(budget)())
      expect(made).toMatchObject({ name: 'day', limit: usd('1.5'), reset: 'daily', includeByok: true, workspace: subject.workspaces[0] })
      expect(right(await client.getGuardrail(made.id)())).toEqual(made)
      const elsewhere = right(await client.createGuardrail({ ...budget, includeByok: false, workspace: subject.workspaces[1] })())
      expect(elsewhere).toMatchObject({ includeByok: false, workspace: subject.workspaces[1] })
      for (let n = 0; n < 110; n += 1) right(await client.createGuardrail(budget)())
      const listed = right(await client.listGuardrails()()).map(({ id }) => id)
      expect(new Set(listed).size).toBe(112)
      expect(listed).toEqual(expect.arrayContaining([made.id, elsewhere.id]))
    })

    it('puts keys under a guardrail, one at a time and repeatably, and takes them from it', async () => {
      const [one, two] = [await create(), await create()]
      const [first, second] = [right(await client.createGuardrail(budget)()), right(await client.createGuardrail(budget)())]
      const hashes = [one.details.hash, two.details.hash]
      for (let n = 0; n < 2; n += 1) right(await client.assignGuardrail(first.id, hashes)())
      right(await client.assignGuardrail(second.id, [two.details.hash])())
      const assigned = right(await client.listAssignments()())
      expect(assigned).toHaveLength(2)
      expect(assigned).toEqual(
        expect.arrayContaining([
          { guardrail: first.id, hash: one.details.hash },
          { guardrail: second.id, hash: two.details.hash },
        ]),
      )
      for (let n = 0; n < 2; n += 1) right(await client.unassignGuardrail(first.id, hashes)())
      expect(right(await client.listAssignments()())).toEqual([{ guardrail: second.id, hash: two.details.hash }])
    })

    it('deletes a guardrail once, and knows nothing of it from then on', async () => {
      const { id } = right(await client.createGuardrail(budget)())
      expect(right(await client.deleteGuardrail(id)())).toBe('deleted')
      expect(right(await client.deleteGuardrail(id)())).toBe('absent')
      expect(left(await client.getGuardrail(id)())).toMatchObject({ _tag: 'Absent' })
      expect(left(await client.assignGuardrail(id, [nobody])())).toMatchObject({ _tag: 'Absent' })
    })

    it('lets the budget of a guardrail hold its key back, above its own limit or not', async () => {
      const { details } = await create({ limit: usd('3') })
      const { id } = right(await client.createGuardrail(budget)())
      right(await client.assignGuardrail(id, [details.hash])())
      await subject.spend(details.hash, usd('1.5'))
      await expect(subject.spend(details.hash, usd('0.1'))).rejects.toThrow()
    })
  })
}
