// A program in TypeScript: the types of the package are checked, fp-ts included, and the sandbox is its OpenRouter.
import { openVault, startSandbox, type Vault, type VaultError } from 'lean-vault'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

const nameOf = (error: VaultError): string => (error._tag === 'VaultMissing' ? `${error._tag}, as it should be` : error._tag)
const functionsOf = (vault: Vault): number => Object.keys(vault).length

const told = await pipe(
  startSandbox(),
  TE.mapLeft(({ message }) => message),
  TE.flatMap((sandbox) =>
    pipe(
      openVault({ env: { OPENROUTER_BASE_URL: sandbox.url }, home: '/nowhere/at/all' }),
      TE.match(nameOf, (vault) => `${functionsOf(vault)} functions`),
      TE.fromTask<string, string>,
      TE.tapIO(() => () => void sandbox.close()),
    ),
  ),
  TE.getOrElse((message) => () => Promise.resolve(message)),
)()
console.log(told)
