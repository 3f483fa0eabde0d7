// Tells whether a host name or address is the host itself.

/** @example isLoopback('127.0.0.1') // true */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i.test(host)
}
