// Which folder may import which: domain <- application <- adapters and cli, and one composition root that knows them all.
// Type-only imports count (tsPreCompilationDeps). `test/architecture/layers.test.ts` proves that each rule can fail.

const composition = '^src/adapters/composition/'
const entryPoints = '^src/(index|cli/(main|quick-get))\\.ts$'
const bundled = '^node_modules/(commander|@clack/prompts|age-encryption)/'
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown']

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle has no first module to read.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, path: '.' },
    },
    {
      name: 'no-dev-dependency-in-src',
      comment: 'What the package imports when installed must be among its dependencies, or be bundled into it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: bundled },
    },
    {
      name: 'bundled-where-it-is-bundled-only',
      comment: 'The build bundles the command line, and the package age-encryption where the adapter for age loads it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|adapters/age)/' },
      to: { path: bundled },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'test-kit-knows-fast-check-only',
      comment: 'Of what is for tests, the kit uses what it names as a peer.',
      severity: 'error',
      from: { path: '^src/testing/' },
      to: { dependencyTypes: npm, pathNot: '^node_modules/(fp-ts/lib|fast-check)/' },
    },
    {
      name: 'nothing-imports-the-test-kit',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/' },
      to: { path: '^src/testing/' },
    },
    {
      name: 'test-kit-knows-what-it-hands-on',
      comment: 'The ports, and the adapters in memory: it opens no vault and no connection.',
      severity: 'error',
      from: { path: '^src/testing/' },
      to: { path: '^src/(?!testing/|domain/|application/|adapters/(memory-log|simulated-openrouter)/)' },
    },
    {
      name: 'domain-knows-no-outer-layer',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^src/(?!domain/)' },
    },
    {
      name: 'domain-knows-no-node',
      comment: 'The domain does no I/O: it has no clock, no chance and no machine.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'domain-knows-fp-ts-only',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { dependencyTypes: npm, pathNot: '^node_modules/fp-ts/lib/' },
    },
    {
      name: 'application-knows-no-outer-layer',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { path: '^src/(?!application/|domain/)' },
    },
    {
      name: 'application-knows-no-node',
      comment: 'What needs Node is an adapter behind a port.',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'application-knows-fp-ts-only',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { dependencyTypes: npm, pathNot: '^node_modules/fp-ts/lib/' },
    },
    {
      name: 'adapters-know-no-sibling',
      comment: 'Adapters meet in the composition root.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/', pathNot: [composition, '^src/adapters/sandbox/'] },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'sandbox-knows-the-simulation-only',
      comment: 'The sandbox is the simulated OpenRouter, served over HTTP.',
      severity: 'error',
      from: { path: '^src/adapters/sandbox/' },
      to: { path: '^src/adapters/(?!sandbox/|simulated-openrouter/)' },
    },
    {
      name: 'adapters-know-no-face',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/(cli/|index\\.ts)' },
    },
    {
      name: 'library-knows-no-command-line',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'commands-know-no-adapter',
      comment: 'A command works on what the entry point hands it.',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: entryPoints },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'composition-is-for-entry-points',
      severity: 'error',
      from: { path: '^src/', pathNot: [composition, entryPoints] },
      to: { path: composition },
    },
    {
      name: 'undici-in-the-openrouter-adapter-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/openrouter/' },
      to: { path: '^node_modules/undici/' },
    },
    {
      name: 'undici-is-loaded-in-one-place',
      comment: 'Loading it takes longer than most commands run, so it is loaded when a request is made.',
      severity: 'error',
      from: { path: '^src/adapters/openrouter/', pathNot: '/(load-undici|undici-private\\.d)\\.ts$' },
      to: { path: '^node_modules/undici/', dependencyTypesNot: ['type-only', 'type-import'] },
    },
    {
      name: 'yaml-where-yaml-is-read-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/(config|documents|go-vault)/' },
      to: { path: '^node_modules/yaml/' },
    },
    {
      name: 'tsyringe-in-the-composition-only',
      severity: 'error',
      from: { path: '^src/', pathNot: composition },
      to: { path: '^node_modules/(tsyringe|@abraham/reflection)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
