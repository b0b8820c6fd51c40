import { rootCertificates } from 'node:tls'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertMessage, DeliveryProblem } from '../../application/ports/alert-channel.js'
import type { MailAddress } from './address.js'
import { codeOf, problem } from './problem.js'
import { bodyText, title } from './text.js'

/** Certificates in PEM to trust besides Node's own; null for none. */
export interface MailSurroundings {
  readonly timeout: number
  readonly ca: string | null
}

const responseCode = (error: unknown): number =>
  error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : 0

/** A 5xx of the mail server is its last word, and so is a refused password. Its text may quote us, so only the code is told. */
const judge = (error: unknown): DeliveryProblem => {
  const status = responseCode(error)
  const code = codeOf(error)
  if (code === 'EAUTH') return problem('the mail server refused the user name or password', true)
  return status >= 500 ? problem(`the mail server refused it (${status})`, true) : problem(`the mail server did not take it (${code}${status === 0 ? '' : ` ${status}`})`)
}

/** Sends one mail. The library is loaded at the first one. */
export const sendMail = (
  { host, port, secure, mustUpgrade, user, from, to }: MailAddress,
  password: string | null,
  { timeout, ca }: MailSurroundings,
  message: AlertMessage,
): TE.TaskEither<DeliveryProblem, void> => {
  const send = async (): Promise<void> => {
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      host,
      port,
      secure,
      requireTLS: mustUpgrade,
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      disableFileAccess: true,
      disableUrlAccess: true,
      // A list of ours replaces Node's own, so its own are in it.
      ...(ca === null ? {} : { tls: { ca: [...rootCertificates, ca] } }),
      ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    })
    try {
      await transport.sendMail({
        from,
        to,
        subject: `[lean-vault] ${title(message)}`,
        text: `${bodyText(message)}\n`,
        messageId: `<${message.id}@lean-vault.invalid>`,
        headers: { 'X-Lean-Vault-Delivery': message.id, 'Auto-Submitted': 'auto-generated' },
      })
    } finally {
      transport.close()
    }
  }
  return pipe(
    TE.tryCatch(send, judge),
    TE.map(() => undefined),
  )
}
