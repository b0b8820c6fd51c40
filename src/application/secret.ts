const values = new WeakMap<Secret, string>()

/**
 * Text that must never be shown: a key, the management key, a passphrase.
 * It prints, serialises and inspects as `<redacted>`; only `reveal` gives the text.
 */
export interface Secret {
  readonly _tag: 'Secret'
  readonly toString: () => string
  readonly toJSON: () => string
}

const redacted = (): string => '<redacted>'

/** Wraps a text that must not be shown. */
export const secret = (text: string): Secret => {
  const made: Secret = Object.freeze({
    _tag: 'Secret',
    toString: redacted,
    toJSON: redacted,
    [Symbol.for('nodejs.util.inspect.custom')]: redacted,
  })
  values.set(made, text)
  return made
}

/** The text itself. Call it only where the text leaves for its one destination. */
export const reveal = (hidden: Secret): string => values.get(hidden) ?? ''

const shapes = /sk-or-[A-Za-z0-9_-]+/g

/** Replaces everything that looks like an OpenRouter key, drops control characters and those that turn the direction of writing, and cuts to `most` characters. */
export const scrub = (text: string, most = 240): string =>
  // eslint-disable-next-line no-control-regex -- remote text must not move a terminal's cursor
  text.replace(shapes, '<redacted>').replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').slice(0, most)
