/** When a key is to be replaced. What is not spoken of stays as it is; `null` is as the settings for its name, its tags or all keys say. */
export interface ScheduleOptions {
  /** How old its secret may become: a span such as `90d` or `12h`; `off`: no age makes a rotation due. */
  readonly rotateAfter?: string | null
  /** `on`: the watcher replaces it at that age, and before it expires; `off`: somebody does. */
  readonly rotate?: 'on' | 'off' | null
}
