import type { HeldBack } from '../../domain/key/held-back.js'

const texts: Readonly<Record<HeldBack, string>> = {
  'being-rotated': 'a rotation of it was begun and goes on',
  'predecessor-there': 'the key that it replaced is not proven gone yet',
  'owes-revocation': 'another remote key of its name is still to be revoked',
  contained: 'it is contained',
  unfinished: 'a change of it is not finished',
  'not-rotatable': 'OpenRouter has it no more, or its limit cannot be shared out',
  'secret-not-held': 'its secret is not held here',
}

/** Why a schedule does not replace a key that is due, for people. */
export const heldBackText = (why: HeldBack): string => texts[why]
