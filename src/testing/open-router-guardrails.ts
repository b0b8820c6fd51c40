import assert from 'node:assert/strict'

import type { NewGuardrail } from '../application/ports/guardrail.js'
import { expect } from './expect.js'
import { createOn, left, nobody, onFreshClient, type OpenRouterClientSubject, right, usd } from './open-router-subject.js'
import type { Suite } from './suite.js'

/** Guardrails and who is under them. */
export const guardrailCases = (makeSubject: () => Promise<OpenRouterClientSubject>): Suite =>
  onFreshClient(makeSubject, ({ it }, fresh) => {
    const budget: NewGuardrail = { name: 'day', cap: { limit: usd('1.5'), reset: 'daily' }, includeByok: true, workspace: null }

    it('makes guardrails that are read back as asked, in any workspace, more of them than a page holds', async () => {
      const made = right(await fresh.client.createGuardrail(budget)())
      expect(made).toMatchObject({ name: 'day', limit: usd('1.5'), reset: 'daily', includeByok: true, workspace: fresh.subject.workspaces[0] })
      expect(right(await fresh.client.getGuardrail(made.id)())).toEqual(made)
      const elsewhere = right(await fresh.client.createGuardrail({ ...budget, includeByok: false, workspace: fresh.subject.workspaces[1] })())
      expect(elsewhere).toMatchObject({ includeByok: false, workspace: fresh.subject.workspaces[1] })
      for (let n = 0; n < 110; n += 1) right(await fresh.client.createGuardrail(budget)())
      const listed = right(await fresh.client.listGuardrails()()).map(({ id }) => id)
      expect(new Set(listed).size).toBe(112)
      for (const { id } of [made, elsewhere]) expect(listed).toContain(id)
    })

    it('puts keys under a guardrail, one at a time and repeatably, and takes them from it', async () => {
      const [one, two] = [await createOn(fresh), await createOn(fresh)]
      const [first, second] = [right(await fresh.client.createGuardrail(budget)()), right(await fresh.client.createGuardrail(budget)())]
      const hashes = [one.details.hash, two.details.hash]
      for (let n = 0; n < 2; n += 1) right(await fresh.client.assignGuardrail(first.id, hashes)())
      right(await fresh.client.assignGuardrail(second.id, [two.details.hash])())
      const assigned = right(await fresh.client.listAssignments()())
      expect(assigned).toHaveLength(2)
      expect(assigned.find(({ guardrail }) => guardrail === first.id)?.hash).toBe(one.details.hash)
      expect(assigned.find(({ guardrail }) => guardrail === second.id)?.hash).toBe(two.details.hash)
      for (let n = 0; n < 2; n += 1) right(await fresh.client.unassignGuardrail(first.id, hashes)())
      expect(right(await fresh.client.listAssignments()())).toEqual([{ guardrail: second.id, hash: two.details.hash }])
    })

    it('deletes a guardrail once, and knows nothing of it from then on', async () => {
      const { id } = right(await fresh.client.createGuardrail(budget)())
      expect(right(await fresh.client.deleteGuardrail(id)())).toBe('deleted')
      expect(right(await fresh.client.deleteGuardrail(id)())).toBe('absent')
      expect(left(await fresh.client.getGuardrail(id)())).toMatchObject({ _tag: 'Absent' })
      expect(left(await fresh.client.assignGuardrail(id, [nobody])())).toMatchObject({ _tag: 'Absent' })
    })

    it('lets the budget of a guardrail hold its key back, above its own limit or not', async () => {
      const { details } = await createOn(fresh, { limit: usd('3') })
      const { id } = right(await fresh.client.createGuardrail(budget)())
      right(await fresh.client.assignGuardrail(id, [details.hash])())
      await fresh.subject.spend(details.hash, usd('1.5'))
      await assert.rejects(fresh.subject.spend(details.hash, usd('0.1')))
    })
  })
