import { type Either, left, right } from 'fp-ts/lib/Either.js'

import { type Branded, type InvalidValue, invalidValue } from './brand.js'

/** What a person calls a key. 1 to 64 characters of `A-Z a-z 0-9 . _ -`, beginning with a letter or a digit. */
export type KeyName = Branded<string, 'KeyName'>

/** One incarnation of a name, `<name>#<n>`; `add` after a removal begins the next. */
export type Lineage = Branded<string, 'Lineage'>

/**
 * OpenRouter's identifier of a key: the SHA-256 of the secret in 64 lowercase hex digits. Not a secret.
 * Source: https://openrouter.ai/docs/use-cases/oauth-pkce and the Keys API reference.
 */
export type KeyHash = Branded<string, 'KeyHash'>

/** 128 random bits in 32 lowercase hex digits; makes one creation attempt recognisable in OpenRouter's listing. */
export type Nonce = Branded<string, 'Nonce'>

/** Identity of one vault: 32 lowercase hex digits. */
export type VaultId = Branded<string, 'VaultId'>

/** Pairs the intent of one remote effect with its outcome. */
export type AttemptId = Branded<string, 'AttemptId'>

/** The process that holds a claim. */
export type OwnerId = Branded<string, 'OwnerId'>

/** OpenRouter's identifier of a workspace. */
export type WorkspaceId = Branded<string, 'WorkspaceId'>

/** OpenRouter's identifier of a guardrail. */
export type GuardrailId = Branded<string, 'GuardrailId'>
/** What a person calls a place that alerts are sent to. */
export type ChannelName = Branded<string, 'ChannelName'>

const matching =
  <B extends string>(field: string, pattern: RegExp, rule: string) =>
  (text: string): Either<InvalidValue, Branded<string, B>> =>
    pattern.test(text) ? right(text as Branded<string, B>) : left(invalidValue(field, rule))

/** Checks what a person calls a key. */
export const keyName = matching<'KeyName'>(
  'name',
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  'must be 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or a digit',
)
export const lineage = matching<'Lineage'>(
  'lineage',
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}#[1-9][0-9]{0,8}$/,
  'must be a key name, a number sign and a whole number',
)
/** Checks the form of OpenRouter's identifier of a key. */
export const keyHash = matching<'KeyHash'>('hash', /^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
export const nonce = matching<'Nonce'>('nonce', /^[0-9a-f]{32}$/, 'must be 32 lowercase hex digits')
export const vaultId = matching<'VaultId'>('vaultId', /^[0-9a-f]{32}$/, 'must be 32 lowercase hex digits')
export const attemptId = matching<'AttemptId'>('attemptId', /^[0-9a-f]{16,32}$/, 'must be 16 to 32 lowercase hex digits')
export const ownerId = matching<'OwnerId'>('owner', /^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable characters')
export const workspaceId = matching<'WorkspaceId'>('workspace', /^[\x21-\x7e]{1,128}$/, 'must be an identifier')

export const guardrailId = matching<'GuardrailId'>('guardrail', /^[0-9A-Za-z_-]{1,64}$/, 'must be an identifier')
/** Checks what a person calls an alert channel. */
export const channelName = matching<'ChannelName'>(
  'channel',
  /^[a-z0-9][a-z0-9-]{0,31}$/,
  'must be 1 to 32 lowercase letters, digits or hyphens, beginning with a letter or a digit',
)

/** The `n`th incarnation (from 1) of a name. */
export const lineageOf = (name: KeyName, n: number): Lineage => `${name}#${n}` as Lineage
