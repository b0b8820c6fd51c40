/** Limits in dollars, as decimal text or number, with at most four decimals; 0 means "may not spend". */
export interface LimitOptions {
  /** In a UTC calendar month. `null`: no limit. */
  readonly monthlyLimit?: string | number | null
  /** In a UTC day; at most the monthly limit. `null`: no limit. */
  readonly dailyLimit?: string | number | null
  /** Shares of a limit in (0, 1] at which to warn: `0.8`, `'0.8,0.95'` or `[0.8, 0.95]`. */
  readonly alertThreshold?: string | number | ReadonlyArray<number>
}
