/**
 * Why something was not done. `refused` is OpenRouter's definite no; `unreachable`, `rate-limited` and `unreadable` may pass;
 * `kept-differently` means that OpenRouter stored another policy than we sent; `user` is the owner's own wish;
 * `claim-expired` is a process that never reported back; `unsealable` a secret that we could not seal;
 * `unenforced` a limit that nobody would enforce, for a key that is to be enforced or not at all.
 * `message` is scrubbed text for people.
 */
export interface Cause {
  readonly kind:
    | 'refused'
    | 'unreachable'
    | 'rate-limited'
    | 'unreadable'
    | 'kept-differently'
    | 'absent'
    | 'not-proven'
    | 'claim-expired'
    | 'unsealable'
    | 'unenforced'
    | 'user'
  readonly status: number | null
  readonly message: string
}

/** Whether the same try may succeed later. */
export const isPassing = (cause: Cause): boolean =>
  cause.kind === 'unreachable' ||
  cause.kind === 'rate-limited' ||
  cause.kind === 'unreadable' ||
  cause.kind === 'not-proven' ||
  cause.kind === 'claim-expired'
