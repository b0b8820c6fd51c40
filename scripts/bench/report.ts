/** One line of the report: a ratio against its counterpart, and the target, if there is one. */
export interface Line {
  readonly what: string
  readonly against: string
  readonly ratio: number
  readonly more: string
  readonly target: { readonly text: string; readonly met: boolean } | null
}

export interface Section {
  readonly title: string
  readonly about: string
  readonly lines: ReadonlyArray<Line>
  readonly notes: ReadonlyArray<string>
}

export const atMost = (ratio: number, most: number): Line['target'] => ({ text: `≤ ${most}`, met: ratio <= most })

export const atLeast = (ratio: number, least: number): Line['target'] => ({ text: `≥ ${least}`, met: ratio >= least })

const lineText = ({ what, against, ratio, more, target }: Line): string =>
  `| ${what} | ${against} | ${ratio.toFixed(2)} | ${more} | ${target === null ? '' : `${target.text}: ${target.met ? 'met' : '**not met**'}`} |`

const sectionText = ({ title, about, lines, notes }: Section): string =>
  [
    `## ${title}`,
    about,
    lines.length === 0 ? '' : ['| What | Against | Ratio | More | Target |', '| --- | --- | --- | --- | --- |', ...lines.map(lineText)].join('\n'),
    notes.map((note) => `- ${note}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')

/** The whole report as a document. */
export const reportText = (machine: ReadonlyArray<string>, when: string, command: string, sections: ReadonlyArray<Section>): string =>
  `${[
    '# Benchmarks',
    `\`${command}\` wrote this page on ${when}. A figure is a ratio of two things measured in turns in one run, because the speed of a machine changes from minute to minute; compare ratios, never milliseconds of two runs.`,
    machine.map((line) => `- ${line}`).join('\n'),
    ...sections.map(sectionText),
  ].join('\n\n')}\n`
