// Tells whether a setting's name says that its value is a secret.

export function isSecretName(name: string): boolean {
  return /(?:passw(?:or)?d|passphrase|secret)$/i.test(name)
}
