/**
 * Texts as bytes that no other list of texts gives: each one's length in bytes (4, big-endian), then its UTF-8.
 * What is authenticated is exactly this, so that moving a character from one part to the next changes it.
 */
export const canonical = (...parts: ReadonlyArray<string>): Uint8Array =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8')
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
