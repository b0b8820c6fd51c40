import * as t from 'io-ts'

import type { Credits, Guardrail, GuardrailAssignment } from '../../application/ports/guardrail.js'
import { answer, type Decode, decoding, type Page } from './codec.js'
import * as wire from './wire-values.js'

const guardrailRow = t.type(
  {
    id: wire.guardrail,
    name: wire.text,
    limit_usd: wire.amountOrUnknown,
    reset_interval: wire.resetOrNone,
    include_byok_in_budgets: wire.flagOrUnknown,
    workspace_id: wire.workspaceOrUnknown,
    created_at: wire.instantOrUnknown,
  },
  'a guardrail',
)

const assignmentRow = t.type({ guardrail_id: wire.guardrail, key_hash: wire.hash }, 'an assignment')

const toGuardrail = (row: t.TypeOf<typeof guardrailRow>): Guardrail => ({
  id: row.id,
  name: row.name,
  limit: row.limit_usd,
  reset: row.reset_interval,
  includeByok: row.include_byok_in_budgets,
  workspace: row.workspace_id,
  createdAt: row.created_at,
})

const toAssignment = (row: t.TypeOf<typeof assignmentRow>): GuardrailAssignment => ({
  guardrail: row.guardrail_id,
  hash: row.key_hash,
})

/** `{data: guardrail}` */
export const decodeGuardrail: Decode<Guardrail> = decoding(t.type({ data: guardrailRow }, answer), ({ data }) =>
  toGuardrail(data),
)

export const decodeGuardrails: Decode<Page<Guardrail>> = decoding(
  t.type({ data: t.array(guardrailRow, 'a list'), total_count: wire.countOrUnknown }, answer),
  ({ data, total_count }) => ({ rows: data.map(toGuardrail), total: total_count }),
)

export const decodeAssignments: Decode<Page<GuardrailAssignment>> = decoding(
  t.type({ data: t.array(assignmentRow, 'a list'), total_count: wire.countOrUnknown }, answer),
  ({ data, total_count }) => ({ rows: data.map(toAssignment), total: total_count }),
)

/** The answer names no key and may count fewer than were asked for: only reading back tells. */
export const decodeAssigned: Decode<void> = decoding(t.UnknownRecord, () => undefined)

export const decodeCredits: Decode<Credits> = decoding(
  t.type({ data: t.type({ total_credits: wire.amountOrUnknown, total_usage: wire.amountOrUnknown }, 'credits') }, answer),
  ({ data }) => ({ bought: data.total_credits, used: data.total_usage }),
)
