/** One thing that was looked at. `unknown`: it could not be looked at, and `found` says why. Only a `problem` needs something done. */
export interface Finding {
  readonly check: string
  readonly severity: 'ok' | 'warning' | 'problem' | 'unknown'
  readonly found: string
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null
}

/** What an examination of an installation and its vault found. No secret is in it. */
export interface DoctorReport {
  readonly findings: ReadonlyArray<Finding>
  readonly problems: number
}

export const ok = (check: string, found: string): Finding => ({ check, severity: 'ok', found, remedy: null })

export const warning = (check: string, found: string, remedy: string): Finding => ({ check, severity: 'warning', found, remedy })

export const problem = (check: string, found: string, remedy: string): Finding => ({ check, severity: 'problem', found, remedy })

export const unknown = (check: string, found: string, remedy: string | null = null): Finding => ({ check, severity: 'unknown', found, remedy })
