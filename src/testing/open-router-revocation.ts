import { secret } from '../application/secret.js'
import type { KeyHash } from '../domain/shared/identifiers.js'
import { expect } from './expect.js'
import { createOn, isListed, left, nobody, onFreshClient, openPolicy, type OpenRouterClientSubject, right, usd } from './open-router-subject.js'
import type { Suite } from './suite.js'

/** Keys that are listed, disabled, revoked and used. */
export const revocationCases = (makeSubject: () => Promise<OpenRouterClientSubject>): Suite =>
  onFreshClient(makeSubject, ({ it }, fresh) => {
    it('lists a disabled key, whose secret is refused until it is enabled again', async () => {
      const { details, secret: text } = await createOn(fresh)
      right(await fresh.client.updateKey(details.hash, { ...openPolicy, disabled: true })())
      expect(right(await fresh.client.verifyKeyStatus(details.hash)())).toBe('disabled')
      expect(right(await fresh.client.trySecret(text)())).toBe('refused')
      expect(await isListed(fresh, details.hash)).toBe(true)
      right(await fresh.client.updateKey(details.hash, openPolicy)())
      expect(right(await fresh.client.verifyKeyStatus(details.hash)())).toBe('enabled')
      expect(right(await fresh.client.trySecret(text)())).toBe('accepted')
    })

    it('revokes a key for good, and says absent from then on', async () => {
      const { details, secret: text } = await createOn(fresh)
      const { details: other } = await createOn(fresh)
      expect(right(await fresh.client.revokeKey(details.hash)())).toBe('deleted')
      expect(right(await fresh.client.revokeKey(details.hash)())).toBe('absent')
      expect(right(await fresh.client.verifyKeyStatus(details.hash)())).toBe('absent')
      expect(right(await fresh.client.trySecret(text)())).toBe('refused')
      expect(left(await fresh.client.getKeyDetails(details.hash)())).toMatchObject({ _tag: 'Absent' })
      expect(left(await fresh.client.updateKey(details.hash, openPolicy)())).toMatchObject({ _tag: 'Absent' })
      expect([await isListed(fresh, details.hash), await isListed(fresh, other.hash)]).toEqual([false, true])
    })

    it('knows nothing of a key that never was', async () => {
      expect(right(await fresh.client.verifyKeyStatus(nobody)())).toBe('absent')
      expect(right(await fresh.client.revokeKey(nobody)())).toBe('absent')
      expect(left(await fresh.client.getKeyDetails(nobody)())).toMatchObject({ _tag: 'Absent' })
      expect(right(await fresh.client.trySecret(secret(`sk-or-v1-${'1'.repeat(64)}`))())).toBe('refused')
    })

    it('lists more keys than a page holds, of every workspace, each once', async () => {
      const made: Array<KeyHash> = []
      for (let n = 0; n < 230; n += 1) {
        const { details } = await createOn(fresh, { name: `k${n}`, workspace: n % 23 === 0 ? fresh.subject.workspaces[1] : null })
        made.push(details.hash)
        if (n % 10 === 0) right(await fresh.client.updateKey(details.hash, { ...openPolicy, disabled: true })())
      }
      const listing = right(await fresh.client.listKeys()())
      expect(listing.complete).toBe(true)
      expect(listing.keys.map(({ hash }) => hash).sort()).toEqual([...made].sort())
      expect(listing.keys.filter(({ policy }) => policy.disabled)).toHaveLength(23)
      expect(listing.keys.filter(({ workspace }) => workspace === fresh.subject.workspaces[1])).toHaveLength(10)
    })

    it('tells what a key has spent in each window, and what is left of the credits', async () => {
      const { details } = await createOn(fresh, { limit: usd('3') })
      const before = right(await fresh.client.readCredits()())
      await fresh.subject.spend(details.hash, usd('0.0000000375'))
      await fresh.subject.spend(details.hash, usd('1.25'))
      const spent = usd('1.2500000375')
      const usage = { total: spent, day: spent, week: spent, month: spent }
      expect(right(await fresh.client.getKeyDetails(details.hash)()).usage).toMatchObject(usage)
      const listing = right(await fresh.client.listKeys()())
      expect(listing.keys.map((key) => key.usage)).toMatchObject([{ ...usage, byok: { total: 0n, day: 0n, week: 0n, month: 0n } }])
      const after = right(await fresh.client.readCredits()())
      expect(after.bought).toBe(before.bought)
      expect((after.used ?? 0n) - (before.used ?? 0n)).toBe(spent)
    })
  })
