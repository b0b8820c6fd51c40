import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { CliError } from '../../src/cli/cli-error.js'
import { renderError } from '../../src/cli/render-error.js'
import { errorDocument } from '../../src/cli/rendered-error.js'
import type { KeyHash, KeyName } from '../../src/domain/shared/identifiers.js'
import type { Instant } from '../../src/domain/shared/instant.js'

const name = 'my-key' as KeyName
const hash = 'ab'.repeat(32) as KeyHash

type Expected = readonly [exit: number, retryable: boolean, examples: ReadonlyArray<CliError>]
type ByTag = Readonly<Record<CliError['_tag'], Expected>>

/** Every tag with its exit code, whether a repeat may help, and examples. A new tag does not compile until it is here. */
const all: ByTag = {
  InvalidInput: [2, false, [{ _tag: 'InvalidInput', field: 'monthlyLimit', rule: 'must be a number' }]],
  PassphraseNeeded: [
    2,
    false,
    [
      { _tag: 'PassphraseNeeded', of: 'vault', brokenOff: false },
      { _tag: 'PassphraseNeeded', of: 'backup', brokenOff: false },
    ],
  ],
  BackupUnusable: [
    8,
    false,
    (['unwritable', 'does-not-open', 'damaged', 'newer-format'] as const).map((reason) => ({ _tag: 'BackupUnusable', reason, file: '/b.age' })),
  ],
  KeyNotFound: [3, false, [{ _tag: 'KeyNotFound', name }]],
  NameTaken: [
    4,
    false,
    [
      { _tag: 'NameTaken', name, state: 'active' },
      { _tag: 'NameTaken', name, state: 'provisioning' },
    ],
  ],
  NameOwesRevocation: [4, false, [{ _tag: 'NameOwesRevocation', name }]],
  KeyNotReady: [4, true, [{ _tag: 'KeyNotReady', name, pending: ['creation'] }]],
  KeyBeingRemoved: [4, false, [{ _tag: 'KeyBeingRemoved', name }]],
  KeyBusy: [
    4,
    true,
    [
      { _tag: 'KeyBusy', name, until: null },
      { _tag: 'KeyBusy', name, until: 1_768_478_400_000 as Instant },
    ],
  ],
  KeyVanished: [4, false, [{ _tag: 'KeyVanished', name }]],
  KeyNotAtOpenRouter: [3, false, [{ _tag: 'KeyNotAtOpenRouter', hash }]],
  KeyHeldAlready: [4, false, [{ _tag: 'KeyHeldAlready', name, hash }]],
  KeyBeingRotated: [4, true, [{ _tag: 'KeyBeingRotated', name }]],
  KeyNotRotatable: [4, false, [{ _tag: 'KeyNotRotatable', name }]],
  NoPreviousKey: [3, false, [{ _tag: 'NoPreviousKey', name }]],
  SecretNotHeld: [4, false, [{ _tag: 'SecretNotHeld', name }]],
  RemoteRefused: [
    5,
    false,
    [
      { _tag: 'RemoteRefused', status: 403, message: 'no', blame: 'request' },
      { _tag: 'RemoteRefused', status: null, message: 'no', blame: 'management-key' },
    ],
  ],
  RemoteUnavailable: [6, true, [{ _tag: 'RemoteUnavailable', message: 'timed out' }]],
  NotManagementKey: [5, false, [{ _tag: 'NotManagementKey' }]],
  WrongAccount: [5, false, [{ _tag: 'WrongAccount' }]],
  HostNotPinned: [2, false, [{ _tag: 'HostNotPinned', pinned: 'https://a.test', given: 'https://b.test' }]],
  VaultExists: [4, false, [{ _tag: 'VaultExists', place: '/v' }]],
  KeysHeld: [
    4,
    false,
    [
      { _tag: 'KeysHeld', count: 1, keys: [{ name, state: 'active', hashes: [hash] }] },
      { _tag: 'KeysHeld', count: 2, keys: [] },
    ],
  ],
  VaultMissing: [8, false, [{ _tag: 'VaultMissing', place: '/v' }]],
  VaultUnavailable: [
    8,
    false,
    (['missing', 'full', 'read-only', 'permission', 'newer-format', 'corrupt', 'io', 'network', 'wrong-key', 'no-key', 'newer-key'] as const).map((reason) => ({
      _tag: 'VaultUnavailable',
      reason,
      message: 'why',
    })),
  ],
  SecretUnreadable: [8, false, [{ _tag: 'SecretUnreadable', name, message: 'changed' }]],
  NotUnheld: [2, false, [{ _tag: 'NotUnheld', hash, message: 'it is held' }]],
  ChannelNotFound: [3, false, [{ _tag: 'ChannelNotFound', channel: 'ops' }]],
  ChannelTaken: [4, false, [{ _tag: 'ChannelTaken', channel: 'ops' }]],
  AlertNotFound: [3, false, [{ _tag: 'AlertNotFound', alert: 'abcdef' }]],
  ChannelFailed: [6, true, [{ _tag: 'ChannelFailed', channel: 'ops', message: 'it answered 500' }]],
  Unexpected: [1, false, [{ _tag: 'Unexpected', message: 'a step that is not due was taken' }]],
  Usage: [2, false, [{ _tag: 'Usage', message: 'Unknown option.', hint: null }]],
  AnswerNeeded: [2, false, [{ _tag: 'AnswerNeeded', what: 'A key is needed', instead: 'Pipe it.' }]],
  Declined: [2, false, [{ _tag: 'Declined' }]],
  BrokenOff: [130, false, [{ _tag: 'BrokenOff' }]],
  OutputLost: [1, false, [{ _tag: 'OutputLost', code: 'ENOSPC' }]],
  PortUnavailable: [2, false, [{ _tag: 'PortUnavailable', port: 80, message: 'taken' }]],
  NoClipboard: [2, false, [{ _tag: 'NoClipboard' }]],
  ClipboardFailed: [2, false, [{ _tag: 'ClipboardFailed', program: 'xclip' }]],
  NoPage: [4, false, [{ _tag: 'NoPage', name: 'k', why: 'it is removed' }]],
  CommandNotFound: [127, false, [{ _tag: 'CommandNotFound', command: 'x' }]],
  CommandNotExecutable: [126, false, [{ _tag: 'CommandNotExecutable', command: 'x', reason: 'EACCES' }]],
}

const cases = Object.entries(all).flatMap(([tag, [exit, retryable, examples]]) =>
  examples.map((error) => ({ tag, exit, retryable, error })),
)

describe('every error', () => {
  it.each(cases)('$tag exits $exit with a sentence', ({ tag, exit, retryable, error }) => {
    const rendered = renderError(error)
    expect(rendered).toMatchObject({ tag, exit, retryable })
    for (const text of [rendered.message, rendered.hint ?? 'None.']) {
      expect(text).toMatch(/^[A-Za-z-].*[.?]$/)
      expect(text).not.toMatch(/\.\.|undefined|\[object/)
    }
  })

  it('that is about a locked vault may pass by itself', () => {
    expect(renderError({ _tag: 'VaultUnavailable', reason: 'locked', message: 'busy' })).toMatchObject({ exit: 8, retryable: true })
  })

  it('blames the management key only when OpenRouter did', () => {
    const refusal = { _tag: 'RemoteRefused', status: 403, message: 'no' } as const
    expect(renderError({ ...refusal, blame: 'management-key' }).message).toContain('management key')
    expect(renderError({ ...refusal, blame: 'request' }).message).not.toContain('management key')
    expect(renderError({ ...refusal, blame: 'request' }).hint).toContain('lean-vault credentials set')
    expect(renderError({ ...refusal, status: 404, blame: 'request' }).hint).toBeNull()
  })

  it('names the flag that people know', () => {
    expect(renderError({ _tag: 'InvalidInput', field: 'monthlyLimit', rule: 'must be a number' }).message).toBe(
      '--monthly-limit must be a number.',
    )
  })

  it.each(cases)('$tag is one line of JSON with its data', ({ error }) => {
    const text = errorDocument(renderError(error))
    expect(text).not.toContain('\n')
    const { _tag, ...data } = error
    const document = JSON.parse(text) as { readonly error: { readonly tag: string; readonly details: object } }
    expect(document.error.tag).toBe(_tag)
    if (_tag !== 'Usage') expect(document.error.details).toEqual(data)
  })

  it('stays one line whatever the other side says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        expect(errorDocument(renderError({ _tag: 'RemoteUnavailable', message }))).not.toMatch(/[\n\r]/)
      }),
    )
  })
})
