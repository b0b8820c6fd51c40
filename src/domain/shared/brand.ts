declare const brand: unique symbol

/** A value of type `A` that has passed the check named `B`; made only by that check's constructor. */
export type Branded<A, B extends string> = A & { readonly [brand]: B }

/** A value that failed its check. It names the field and the rule, never the value, which may be a secret. */
export interface InvalidValue {
  readonly _tag: 'InvalidValue'
  readonly field: string
  readonly rule: string
}

export const invalidValue = (field: string, rule: string): InvalidValue => ({ _tag: 'InvalidValue', field, rule })
