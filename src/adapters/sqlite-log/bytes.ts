/** Bytes of their own: one driver gives a view, the other a buffer. */
export const toBytes = (value: unknown): Uint8Array | null => {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return value instanceof ArrayBuffer ? new Uint8Array(value.slice(0)) : null
}
