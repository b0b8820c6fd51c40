import functional from 'eslint-plugin-functional'
import tseslint from 'typescript-eslint'

import { noUnrunTask } from './scripts/lint/no-unrun-task.mjs'

// What a rule below forbids, it forbids as an error: a budget that cannot fail the build is a wish.

const pipeBudget = [
  {
    selector: "CallExpression[callee.name='pipe'][arguments.length>7]",
    message: 'At most six steps a pipe: name what you have after a few, then begin another pipe.',
  },
  {
    selector:
      "CallExpression[callee.name='pipe'] CallExpression[callee.name='pipe'] CallExpression[callee.name='pipe']",
    message: 'At most one pipe in a pipe: give the inner one a name of its own.',
  },
]

const noThrow = [
  { selector: 'ThrowStatement', message: 'Errors are values here: return a Left with a _tag.' },
]

const noAmbientInputs = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the time from the Clock port.' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Take the time from the Clock port.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Take chance from the Random port.' },
]

const noClasses = [{ selector: 'ClassDeclaration, ClassExpression', message: 'Data and functions, no classes.' }]

const ambientGlobals = [
  'Buffer',
  'console',
  'crypto',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
].map((name) => ({ name, message: 'The domain and the application reach the outside through ports only.' }))

const importsThatCrash = {
  patterns: [
    {
      regex: '^(fp-ts|io-ts)/(?!lib/.+\\.js$)',
      message: "Node's ESM loader refuses this form at run time, though tsc accepts it: import from fp-ts/lib/X.js or io-ts/lib/X.js.",
    },
    { regex: '^fp-ts$', message: 'The barrel loads all of fp-ts: import the one module from fp-ts/lib/X.js.' },
    { regex: '^io-ts/lib/PathReporter', message: 'PathReporter prints the offending value, which may be a secret.' },
  ],
}

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.cache/', 'node_modules/', 'test/sdk/'] },
  // Programs of somebody outside, compiled and run against the packed package by test/package/package.test.ts.
  { ignores: ['examples/library/', 'test/package/consumers/'] },
  // Old Nodes read it, so it is written as they were: the test of the likeliest mistakes holds it to that.
  { ignores: ['scripts/bin-entry.cjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs,cjs,ts,mts}'],
    rules: {
      eqeqeq: 'error',
      'no-control-regex': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-param-reassign': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-unreachable-loop': 'error',
      'no-useless-assignment': 'error',
      'object-shorthand': 'error',
      complexity: ['error', { max: 10, variant: 'modified' }],
      'max-depth': ['error', 3],
      'max-params': ['error', 6],
      'max-lines': ['error', 400],
    },
  },
  {
    files: ['**/*.{ts,mts}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    plugins: { 'lean-vault': { rules: { 'no-unrun-task': noUnrunTask } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/array-type': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/prefer-optional-chain': 'off',
      '@typescript-eslint/prefer-string-starts-ends-with': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/strict-boolean-expressions': ['error', { allowNumber: false, allowString: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: false, considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      'lean-vault/no-unrun-task': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-restricted-imports': ['error', importsThatCrash],
      'no-restricted-syntax': ['error', ...pipeBudget],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 200],
      'no-restricted-syntax': ['error', ...pipeBudget, ...noClasses],
    },
  },
  {
    files: ['src/domain/**/*.ts', 'src/application/**/*.ts'],
    plugins: { functional },
    rules: {
      // A result that nobody looks at is a refusal ignored. Filling a collection of one's own is no such thing.
      'functional/no-expression-statements': ['error', { ignoreVoid: true, ignoreCodePattern: ['\\.(add|delete|push|set)\\('] }],
      'no-restricted-globals': ['error', ...ambientGlobals],
      'no-restricted-syntax': ['error', ...pipeBudget, ...noClasses, ...noThrow, ...noAmbientInputs],
    },
  },
  {
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/main.ts'],
    rules: { 'no-restricted-syntax': ['error', ...pipeBudget, ...noClasses, ...noThrow] },
  },
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      complexity: 'off',
      'max-depth': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/strict-boolean-expressions': 'off',
    },
  },
  {
    // The names of a vendor's private modules are not ours to choose, nor are those of the tools' configuration.
    files: ['**/*.d.ts', '*.config.{js,ts}'],
    rules: { 'no-restricted-exports': 'off' },
  },
)
