export { channelOpener } from './open-channel.js'
export { registerChannel, withNewSigningKey } from './register-channel.js'
