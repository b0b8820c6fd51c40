import { inspect } from 'node:util'

import type { NewKey } from '../application/ports/open-router-client.js'
import { reveal, secret } from '../application/secret.js'
import type { RemotePolicy } from '../domain/key/remote-policy.js'
import { zero } from '../domain/shared/picodollars.js'
import { expect } from './expect.js'
import { createOn, isListed, left, onFreshClient, openPolicy, type OpenRouterClientSubject, right, sha256, time, usd } from './open-router-subject.js'
import type { Suite } from './suite.js'

/** Credentials, and keys as they are made and changed. */
export const keyCases = (makeSubject: () => Promise<OpenRouterClientSubject>): Suite =>
  onFreshClient(makeSubject, ({ it }, fresh) => {
    it('knows whose credential it shows', async () => {
      const me = right(await fresh.client.whoAmI()())
      expect([me.isManagement, typeof me.creatorId]).toEqual([true, 'string'])
      const { secret: ordinary } = await createOn(fresh)
      expect(right(await fresh.subject.as(ordinary).whoAmI()())).toMatchObject({ isManagement: false })
    })

    it('is refused with a credential that nobody knows, and with an ordinary key', async () => {
      const stranger = fresh.subject.as(secret(`sk-or-v1-${'0'.repeat(64)}`))
      expect(left(await stranger.whoAmI()())).toMatchObject({ _tag: 'Refused', status: 401 })
      expect(left(await stranger.listKeys()())).toMatchObject({ _tag: 'Refused', status: 401 })
      const { secret: ordinary, details } = await createOn(fresh)
      const key: NewKey = { name: 'x', limit: zero, includeByok: true, expiresAt: null, workspace: null }
      expect(left(await fresh.subject.as(ordinary).createKey(key)())).toMatchObject({ _tag: 'Refused' })
      expect(left(await fresh.subject.as(ordinary).revokeKey(details.hash)())).toMatchObject({
        _tag: 'KeyRevocationError',
        keyId: details.hash,
        reason: 'refused',
        isRetryable: false,
        cause: { _tag: 'Refused' },
      })
      expect(right(await fresh.client.verifyKeyStatus(details.hash)())).toBe('enabled')
    })

    it('lists the workspaces, and no keys where there are none', async () => {
      const ids = right(await fresh.client.listWorkspaces()()).map(({ id }) => id)
      expect([...ids].sort()).toEqual([...fresh.subject.workspaces].sort())
      expect(right(await fresh.client.listKeys()())).toMatchObject({ keys: [], complete: true })
    })

    it('creates a key as asked, and shows its secret', async () => {
      const name = 'ü "quoted" [lv:00000000000000000000000000000001:00000000000000000000000000000002]'
      const expiresAt = time('2099-12-31T23:59:59Z')
      const created = await createOn(fresh, { name, limit: usd('0.01'), expiresAt, workspace: fresh.subject.workspaces[1] })
      expect(created.details).toMatchObject({
        name,
        policy: { disabled: false, limit: usd('0.01'), reset: null, includeByok: true },
        workspace: fresh.subject.workspaces[1],
        expiresAt,
        usage: { total: 0n, day: 0n, week: 0n, month: 0n },
      })
      expect(created.details.createdAt).not.toBeNull()
      expect(sha256(reveal(created.secret))).toBe(created.details.hash)
      expect(inspect(created, { depth: 9, showHidden: true })).not.toContain(reveal(created.secret))
    })

    it('puts a key without a workspace into the default one', async () => {
      expect((await createOn(fresh)).details.workspace).toBe(fresh.subject.workspaces[0])
    })

    it('makes two keys of two creations, names alike or not', async () => {
      const [one, two] = [await createOn(fresh), await createOn(fresh)]
      expect(one.details.hash).not.toBe(two.details.hash)
      expect(right(await fresh.client.listKeys()()).keys).toHaveLength(2)
    })

    it('reads a key back as it was created', async () => {
      const { details, secret: text } = await createOn(fresh, { limit: usd('3') })
      expect(right(await fresh.client.getKeyDetails(details.hash)())).toEqual(details)
      expect(right(await fresh.client.verifyKeyStatus(details.hash)())).toBe('enabled')
      expect(right(await fresh.client.trySecret(text)())).toBe('accepted')
      expect(right(await fresh.client.listKeys()()).keys).toEqual([details])
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
      const { details } = await createOn(fresh)
      const policy = { ...openPolicy, ...change }
      const updated = right(await fresh.client.updateKey(details.hash, policy)())
      expect(updated).toMatchObject({ hash: details.hash, name: details.name, policy })
      expect(right(await fresh.client.getKeyDetails(details.hash)()).policy).toEqual(policy)
      expect(right(await fresh.client.updateKey(details.hash, policy)()).policy).toEqual(policy)
    })

    it.each(['0.01', '0.1', '0.0000000375', '0.000000000001', '12.5', '19.99', '4503.599627', '100000', '123456789.12'])(
      'keeps a limit of %s dollars exactly',
      async (text) => {
        const { details } = await createOn(fresh, { limit: usd(text) })
        expect(details.policy.limit).toBe(usd(text))
        const updated = right(await fresh.client.updateKey(details.hash, { ...openPolicy, limit: usd(text) })())
        expect(updated.policy.limit).toBe(usd(text))
      },
    )

    it('tells exactly what a key has spent', async () => {
      const { details } = await createOn(fresh, { limit: usd('1') })
      for (const cost of ['0.1', '0.2', '0.0000000375']) await fresh.subject.spend(details.hash, usd(cost))
      const spent = usd('0.3000000375')
      const { usage } = right(await fresh.client.getKeyDetails(details.hash)())
      expect(usage).toMatchObject({ total: spent, day: spent, week: spent, month: spent })
    })

    it('tells the truth about a key that spent more than its limit', async () => {
      const { details } = await createOn(fresh, { limit: usd('0.5') })
      await fresh.subject.spend(details.hash, usd('0.75'))
      expect(right(await fresh.client.getKeyDetails(details.hash)())).toMatchObject({
        policy: { limit: usd('0.5') },
        usage: { total: usd('0.75') },
      })
      expect(await isListed(fresh, details.hash)).toBe(true)
    })
  })
