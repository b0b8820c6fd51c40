// Put in by the build: a digest of all that makes a state of events.
declare const LEAN_VAULT_FOLD: string | undefined

/**
 * Names the code that folds events, so that a snapshot of other code is not believed. Null where the program was not built: there
 * nothing tells one state of the sources from another, and no snapshots are kept.
 */
export const foldName: string | null = typeof LEAN_VAULT_FOLD === 'undefined' ? null : LEAN_VAULT_FOLD
