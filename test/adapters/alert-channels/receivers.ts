import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { SMTPServer } from 'smtp-server'

import type { ChannelUnderTest, Mood } from '../../../src/testing/alert-channel-suite.js'

/** A receiver on this machine. `headers` are those of each request, as they came. */
export interface Receiver extends Omit<ChannelUnderTest, 'channel'> {
  readonly port: number
  readonly headers: () => ReadonlyArray<Readonly<Record<string, string>>>
  readonly paths: () => ReadonlyArray<string>
}

const statusOf: Readonly<Record<string, number>> = { takes: 200, fails: 500, refuses: 403, redirects: 307 }

/** A web server that takes what is posted to it, or behaves badly. */
export const webReceiver = (): Promise<Receiver> =>
  new Promise((resolve) => {
    const bodies: Array<string> = []
    const headers: Array<Readonly<Record<string, string>>> = []
    const paths: Array<string> = []
    let mood: Mood = 'takes'
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
      request.on('end', () => {
        bodies.push(body)
        paths.push(request.url ?? '')
        headers.push(Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])))
        if (mood === 'hangs') return
        if (mood === 'garbage') return void request.socket.end('\u0000\u0001 this is no HTTP\r\n\r\n')
        const location = mood === 'redirects' ? { location: '/elsewhere' } : {}
        response.writeHead(statusOf[mood] ?? 200, { ...location, 'retry-after': '7' })
        response.end(mood === 'takes' ? 'ok' : 'secret-in-the-answer')
      })
    })
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const close = (): Promise<void> =>
        new Promise((done) => {
          server.closeAllConnections()
          server.close(() => done())
        })
      resolve({
        port,
        received: () => bodies,
        headers: () => headers,
        paths: () => paths,
        mood: (next) => {
          mood = next
          if (next === 'gone') void close()
        },
        close,
      })
    })
  })

/** A real mail server that takes mail with the user `vault` and the password `pass-word`, or without a user. */
export const mailReceiver = (): Promise<Receiver> =>
  new Promise((resolve) => {
    const mails: Array<string> = []
    let mood: Mood = 'takes'
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      authOptional: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'vault' && password === 'pass-word' ? done(null, { user: 'vault' }) : done(new Error('no such user')),
      onData: (stream, _session, done) => {
        let text = ''
        stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
        stream.on('end', () => {
          if (mood === 'hangs') return
          if (mood === 'fails') return done(Object.assign(new Error('later: secret-in-the-answer'), { responseCode: 451 }))
          if (mood === 'refuses') return done(Object.assign(new Error('never: secret-in-the-answer'), { responseCode: 550 }))
          mails.push(text.replace(/=\r\n/g, ''))
          done()
        })
      },
    })
    server.on('error', () => undefined)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.server.address() as AddressInfo
      const close = (): Promise<void> => new Promise((done) => server.close(() => done()))
      resolve({
        port,
        received: () => mails,
        headers: () => [],
        paths: () => [],
        mood: (next) => {
          mood = next
          if (next === 'gone') void close()
        },
        close,
      })
    })
  })
