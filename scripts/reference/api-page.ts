import type { ApiEntry } from './public-api.js'

const intro = `# The library

Everything that can be imported, with its comment in the source and its declaration: made by \`npm run docs\`. A test fails when it
changes, so that it changes on purpose only; [versioning.md](versioning.md) says what a change means for the version.

Functions give fp-ts TaskEithers: nothing happens until they are called, and what can go wrong is a \`VaultError\`, data told apart by
\`_tag\`. \`promises\` has the same with Promises, which reject with a \`VaultFailure\`. Money is in dollars at this face, times are ISO 8601
texts in UTC. [examples](../examples/README.md) has programs that the tests run.`

/** A link in a comment of the source, as code. */
const prose = (text: string): string => text.replace(/\{@link ([^}]+)\}/g, '`$1`').replace(/<(?=\w)/g, '&lt;')

const section = ({ name, text, declaration }: ApiEntry): string => [`### ${name}`, prose(text), `\`\`\`ts\n${declaration}\n\`\`\``].join('\n\n')

const kinds = { value: 'Values', type: 'Types' } as const

const part = (entries: ReadonlyArray<ApiEntry>, module: string, kind: ApiEntry['kind']): ReadonlyArray<string> => {
  const own = entries.filter((entry) => entry.module === module && entry.kind === kind)
  return own.length === 0 ? [] : [`## ${kinds[kind]} of ${module}`, ...own.map(section)]
}

/** docs/api.md: everything that the library exports. */
export const apiPage = (entries: ReadonlyArray<ApiEntry>): string => {
  const parts = [...new Set(entries.map(({ module }) => module))].flatMap((module) => [
    ...part(entries, module, 'value'),
    ...part(entries, module, 'type'),
  ])
  return `${[intro, ...parts].join('\n\n')}\n`
}

/** The declarations that such a page tells, by their names. */
export const declarationsIn = (page: string): ReadonlyMap<string, string> =>
  new Map(
    page.split(/^## /m).flatMap((text) => {
      const module = text.slice(0, text.indexOf('\n'))
      return [...text.matchAll(/^### (\w+)\n[\s\S]*?^```ts\n([\s\S]*?)\n```$/gm)].map(([, name = '', declaration = '']) => [`${name} of ${module.replace(/.* of /, '')}`, declaration] as const)
    }),
  )
