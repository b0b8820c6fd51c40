/** Options that take the next word as their value. */
const globalValues: ReadonlySet<string> = new Set(['--home', '--profile'])
const execValues: ReadonlySet<string> = new Set([...globalValues, '--env', '--env-file'])

/** Stands for the name that is left out before the `--` of `exec`. No argument can hold a NUL, so nobody types it. */
export const noName = '\u0000'

/** Where the next word is that is no option and no option's value; -1 when there is none before a `--` or the end. */
const nextWord = (argv: ReadonlyArray<string>, from: number, values: ReadonlySet<string>): number => {
  for (let at = from; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') return -1
    if (values.has(word)) at += 1
    else if (!word.startsWith('-')) return at
  }
  return -1
}

/** The word that names the command; undefined when there is none. */
export const commandWord = (argv: ReadonlyArray<string>): string | undefined => argv[nextWord(argv, 0, globalValues)]

/** Whether these words say by references which keys are wanted, so that no name is needed. */
const haveReferences = (words: ReadonlyArray<string>): boolean =>
  words.some((word) => /^--env-file(=|$)/.test(word) || /^(--env=)?\w+=lv:/.test(word))

const withoutName = (argv: ReadonlyArray<string>, exec: number): ReadonlyArray<string> => {
  const end = argv.indexOf('--', exec)
  return end > exec && haveReferences(argv.slice(exec, end)) ? [...argv.slice(0, end), noName, ...argv.slice(end)] : argv
}

/**
 * The arguments with a `--` before the command of `exec` where its user left it out: from the command's own word on, every
 * flag is the command's. Where the name is left out, and may be, `noName` stands in its place.
 */
export const markCommand = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const exec = nextWord(argv, 0, globalValues)
  if (argv[exec] !== 'exec') return argv
  const name = nextWord(argv, exec + 1, execValues)
  if (name < 0) return withoutName(argv, exec)
  const command = nextWord(argv, name + 1, execValues)
  return command < 0 ? argv : [...argv.slice(0, command), '--', ...argv.slice(command)]
}

/** Whether a flag of ours is given, for where the command line could not be read. Behind a `--` nothing is ours. */
export const asks = (argv: ReadonlyArray<string>, flag: string): boolean => {
  const marked = markCommand(argv)
  const end = marked.indexOf('--')
  return (end < 0 ? marked : marked.slice(0, end)).includes(flag)
}
