/** What its owner calls a key, for finding it again and for the rules of the alerts. */
export type Tags = Readonly<Record<string, string>>

/** What to change of tags: a name that is left out stays, `null` takes the tag away. */
export type TagsPatch = Readonly<Record<string, string | null>>

/** More would be a table, and every list has to show them. */
export const mostTags = 32

/** The tags in one order, whatever order they were given in: two logs of the same wishes read the same. */
export const patchTags = (tags: Tags, patch: TagsPatch): Tags => {
  const names = [...new Set([...Object.keys(tags), ...Object.keys(patch)])].sort()
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(patch, name) ? patch[name] : tags[name]
      return value === null || value === undefined ? [] : [[name, value] as const]
    }),
  )
}

export const sameTags = (a: Tags, b: Tags): boolean => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}
