import type { VaultError } from '../application/errors.js'
import { type CliError, isLocalError, type LocalError } from './cli-error.js'
import { sentence } from './format/sentence.js'
import { alertProblem } from './alert-problem.js'
import { keyProblem } from './key-problem.js'
import type { RenderedError } from './rendered-error.js'
import { openingProblem, remoteProblem } from './vault-problem.js'

type Said = Omit<RenderedError, 'tag' | 'details'>

const say = (exit: RenderedError['exit'], message: string, hint: string | null = null, retryable = false): Said => ({
  exit,
  message,
  hint,
  retryable,
})

const reporting =
  'Please report it, with the output of "lean-vault version" and of the same command with --debug. Neither shows a secret.'

/** The flags by which people give what the library calls by another name. */
const flags: Readonly<Record<string, string>> = {
  home: '--home',
  profile: '--profile',
  keyBesideData: '--key-beside-data',
  monthlyLimit: '--monthly-limit',
  dailyLimit: '--daily-limit',
  alertThreshold: '--alert-threshold',
  expires: '--expires',
  workspace: '--workspace',
  tag: '--tag',
  tags: 'A tag',
  reason: '--reason',
  since: '--since',
  history: '--history',
  until: '--for',
  id: 'The id',
  expect: '--expect',
  hash: '--revoke',
  faultSpec: '--fault',
  passphrase: 'The passphrase',
  recipient: 'The recipient',
}

const local = (error: LocalError): Said => {
  switch (error._tag) {
    case 'Usage':
      return say(2, error.message, error.hint)
    case 'AnswerNeeded':
      return say(2, `${error.what}, and nobody can be asked here.`, error.instead)
    case 'Declined':
      return say(2, 'Declined. Nothing was changed.')
    case 'BrokenOff':
      return say(130, 'Broken off. Nothing was changed.')
    case 'OutputLost':
      return say(
        1,
        `The result could not be written to standard output (${error.code}).`,
        'What was asked for was done all the same. Check the disk or the file; lean-vault show and lean-vault history tell what is so now.',
      )
    case 'PortUnavailable':
      return say(2, `Port ${error.port} cannot be opened: ${sentence(error.message)}`, 'Choose another one, or leave --port out.')
    case 'NoClipboard':
      return say(2, 'No clipboard can be reached here. Nothing was copied.', 'On Linux wl-copy, xclip or xsel is needed, and a desktop. lean-vault exec needs no clipboard.')
    case 'ClipboardFailed':
      return say(2, `${error.program} failed. Nothing was copied.`, 'Is a desktop running? lean-vault exec needs no clipboard.')
    case 'NoPage':
      return say(4, `${error.name} has no page that could be opened: ${sentence(error.why)}`, `lean-vault show ${error.name} tells what is known of it.`)
    case 'CommandNotFound':
      return say(127, `There is no command ${error.command}.`, 'It is looked for on PATH, as a shell would.')
    case 'CommandNotExecutable':
      return say(126, `${error.command} cannot be executed (${error.reason}).`)
  }
}

const vault = (error: VaultError): Said => {
  switch (error._tag) {
    case 'InvalidInput':
      return say(2, sentence(`${flags[error.field] ?? error.field} ${error.rule}`))
    case 'KeyNotFound':
    case 'NameTaken':
    case 'NameOwesRevocation':
    case 'KeyNotReady':
    case 'KeyBeingRemoved':
    case 'KeyBusy':
    case 'KeyVanished':
    case 'NotUnheld':
    case 'KeyNotAtOpenRouter':
    case 'KeyHeldAlready':
    case 'SecretNotHeld':
    case 'KeyBeingRotated':
    case 'KeyNotRotatable':
    case 'NoPreviousKey':
      return keyProblem(error)
    case 'RemoteRefused':
    case 'RemoteUnavailable':
    case 'NotManagementKey':
    case 'WrongAccount':
    case 'HostNotPinned':
      return remoteProblem(error)
    case 'VaultExists':
    case 'KeysHeld':
    case 'VaultMissing':
    case 'VaultUnavailable':
    case 'SecretUnreadable':
    case 'PassphraseNeeded':
    case 'BackupUnusable':
      return openingProblem(error)
    case 'ChannelNotFound':
    case 'ChannelTaken':
    case 'AlertNotFound':
    case 'ChannelFailed':
      return alertProblem(error)
    case 'Unexpected':
      return say(1, `Something happened that must not: ${sentence(error.message)} This is a bug.`, reporting)
  }
}

const meant = (error: CliError): { readonly hint?: string } =>
  'didYouMean' in error ? { hint: `Did you mean ${error.didYouMean}?` } : {}

const detailsOf = (error: CliError): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(error).filter(([field]) => field !== '_tag' && field !== 'hint'))

/** Every error as a sentence, a hint, an exit code and its data. */
export const renderError = (error: CliError): RenderedError => ({
  tag: error._tag,
  ...(isLocalError(error) ? local(error) : { ...vault(error), ...meant(error) }),
  details: error._tag === 'Usage' ? {} : detailsOf(error),
})
