import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import type { Identity, KeyDetails, Workspace } from '../../application/ports/open-router-client.js'
import { type Secret, secret } from '../../application/secret.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'
import { report } from './report.js'
import * as wire from './wire-values.js'

/** Reads a parsed JSON answer. A `Left` is a sentence for people that holds no value of the answer. */
export type Decode<A> = (json: unknown) => E.Either<string, A>

/** One page of a listing. `total` is the number of all rows, where the endpoint tells it. */
export interface Page<A> {
  readonly rows: ReadonlyArray<A>
  readonly total: number | null
}

const told = {
  hash: wire.hash,
  name: wire.text,
  label: wire.labelOrNothing,
  usage: wire.amountOrUnknown,
  usage_daily: wire.amountOrUnknown,
  usage_weekly: wire.amountOrUnknown,
  usage_monthly: wire.amountOrUnknown,
  byok_usage: wire.amountOrUnknown,
  byok_usage_daily: wire.amountOrUnknown,
  byok_usage_weekly: wire.amountOrUnknown,
  byok_usage_monthly: wire.amountOrUnknown,
  created_at: wire.instantOrUnknown,
  creator_user_id: wire.textOrUnknown,
  workspace_id: wire.workspaceOrUnknown,
}

const keyRow = t.type(
  {
    ...told,
    disabled: t.boolean,
    limit: wire.cap,
    limit_reset: wire.reset,
    include_byok_in_limit: t.boolean,
    expires_at: wire.expiry,
  },
  'a key',
)

const listedRow = t.type(
  {
    ...told,
    disabled: wire.orUnread(t.boolean),
    limit: wire.orUnread(wire.cap),
    limit_reset: wire.orUnread(wire.reset),
    include_byok_in_limit: wire.orUnread(t.boolean),
    expires_at: wire.orUnread(wire.expiry),
  },
  'a key',
)

const workspaceRow = t.type(
  { id: wire.workspace, name: wire.text, slug: wire.textOrUnknown },
  'a workspace',
)

const callerRow = t.type(
  {
    label: wire.label,
    is_management_key: wire.flagOrUnknown,
    is_provisioning_key: wire.flagOrUnknown,
    creator_user_id: wire.textOrUnknown,
  },
  'a key',
)

const plainKey = /^[\x21-\x7e]{8,512}$/

const keyText = new t.Type<string, string, unknown>(
  'the text of a key',
  t.string.is,
  (value, context) => (t.string.is(value) && plainKey.test(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
)

export const answer = 'an object'

/** Reads with `codec`, then maps. */
export const decoding =
  <A, B>(codec: t.Type<A, unknown, unknown>, map: (decoded: A) => B): Decode<B> =>
  (json) =>
    pipe(codec.decode(json), E.mapLeft(report), E.map(map))

const toDetails = (row: t.TypeOf<typeof keyRow>): KeyDetails => ({
  hash: row.hash,
  name: row.name,
  label: row.label,
  policy: {
    disabled: row.disabled,
    limit: row.limit,
    reset: row.limit_reset,
    includeByok: row.include_byok_in_limit,
  },
  workspace: row.workspace_id,
  expiresAt: row.expires_at,
  createdAt: row.created_at,
  creatorId: row.creator_user_id,
  usage: {
    total: row.usage,
    day: row.usage_daily,
    week: row.usage_weekly,
    month: row.usage_monthly,
    byok: {
      total: row.byok_usage,
      day: row.byok_usage_daily,
      week: row.byok_usage_weekly,
      month: row.byok_usage_monthly,
    },
  },
})

// One odd key of somebody else must not hide all others: the listing is what proves absence. A key that may answer counts as one
// that does, and `other` keeps what could not be read from passing for a policy that we want.
const toListed = (row: t.TypeOf<typeof listedRow>): KeyDetails => {
  const { disabled, limit, limit_reset, include_byok_in_limit, expires_at } = row
  const isRead = ![disabled, limit, limit_reset, include_byok_in_limit, expires_at].includes(undefined)
  return toDetails({
    ...row,
    disabled: disabled ?? false,
    limit: limit ?? null,
    limit_reset: isRead ? (limit_reset ?? null) : 'other',
    include_byok_in_limit: include_byok_in_limit ?? true,
    expires_at: expires_at ?? null,
  })
}

const toWorkspace = ({ id, name, slug }: t.TypeOf<typeof workspaceRow>): Workspace => ({ id, name, slug })

/** `{data: key}` */
export const decodeKey: Decode<KeyDetails> = decoding(t.type({ data: keyRow }, answer), ({ data }) => toDetails(data))

/** Only what tells whether a key answers, so that no other odd field hides it. */
export const decodeSwitch: Decode<{ readonly hash: KeyHash; readonly disabled: boolean }> = decoding(
  t.type({ data: t.type({ hash: wire.hash, disabled: t.boolean }, 'a key') }, answer),
  ({ data }) => ({ hash: data.hash, disabled: data.disabled }),
)

/** `{data: key, key: secret}`: the secret is a sibling of the key's data. */
export const decodeCreated: Decode<{ readonly details: KeyDetails; readonly secret: Secret }> = decoding(
  t.type({ data: keyRow, key: keyText }, answer),
  ({ data, key }) => ({ details: toDetails(data), secret: secret(key) }),
)

/**
 * `{data: [key]}`, without a total. A row needs a hash and a name. One whose policy or expiry cannot be read has the reset `other`,
 * so that its policy equals no wanted one.
 */
export const decodeKeys: Decode<Page<KeyDetails>> = decoding(
  t.type({ data: t.array(listedRow, 'a list') }, answer),
  ({ data }) => ({ rows: data.map(toListed), total: null }),
)

export const decodeWorkspaces: Decode<Page<Workspace>> = decoding(
  t.type({ data: t.array(workspaceRow, 'a list'), total_count: wire.countOrUnknown }, answer),
  ({ data, total_count }) => ({ rows: data.map(toWorkspace), total: total_count }),
)

/** `GET /key`. The older name of the management flag counts where the newer one is missing. */
export const decodeIdentity: Decode<Identity> = decoding(t.type({ data: callerRow }, answer), ({ data }) => ({
  isManagement: data.is_management_key ?? data.is_provisioning_key,
  creatorId: data.creator_user_id,
  label: data.label,
}))

export const decodeDeleted: Decode<'deleted'> = decoding(t.type({ deleted: t.literal(true, 'true') }, answer), () => 'deleted')
