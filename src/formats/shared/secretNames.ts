// Hides values of settings whose name says that they are secret.

import { hiddenValue } from '../../model/secrets/secret.ts'

export function isSecretName(name: string): boolean {
  return /(?:passw(?:or)?d|passphrase|secret)$/i.test(name)
}

/** The value as a change may show it. */
export function shownValue(name: string, text: string): string {
  if (text === '') return 'empty'
  return isSecretName(name) ? hiddenValue : text
}
