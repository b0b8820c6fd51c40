const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

/**
 * What makes two base URLs one host: scheme, name and port. This machine is one host whatever the port, because a sandbox gets a
 * new one each time. The management key is sealed to it, so that an edited log cannot send the key elsewhere.
 */
export const hostIdentity = (baseUrl: string): string => {
  const { hostname, origin } = new URL(baseUrl)
  return isLoopback(hostname) ? 'loopback' : origin
}
