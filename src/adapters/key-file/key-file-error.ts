/** The vault key file cannot be had or made. No message holds anything of the key. */
export interface KeyFileError {
  readonly _tag: 'KeyFileError'
  readonly reason: 'missing' | 'exists' | 'permission' | 'damaged' | 'newer-format' | 'io'
  readonly message: string
}

export const keyFileError = (reason: KeyFileError['reason'], message: string): KeyFileError => ({
  _tag: 'KeyFileError',
  reason,
  message,
})

/** For a shell, whatever the path holds. */
export const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`

/** What a file system call threw. https://nodejs.org/api/errors.html#common-system-errors */
export const toKeyFileError =
  (path: string) =>
  (error: unknown): KeyFileError => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return keyFileError('missing', `There is no vault key file at ${quoted(path)}.`)
      case 'EEXIST':
        return keyFileError('exists', `There is a vault key file at ${quoted(path)} already.`)
      case 'EACCES':
      case 'EPERM':
        return keyFileError('permission', `The vault key file ${quoted(path)} may not be used (${code}).`)
      default:
        return keyFileError('io', `The vault key file ${quoted(path)} could not be used (${code}).`)
    }
  }
