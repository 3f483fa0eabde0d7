// The methods of becoming another user: sudo, su and doas.

/** A program to become another user. */
export type BecomeMethod = (typeof becomeMethods)[number]

export const becomeMethods = ['sudo', 'su', 'doas'] as const

export function isBecomeMethod(text: unknown): text is BecomeMethod {
  return becomeMethods.includes(text as BecomeMethod)
}

/** The user to become, and the method, if it is not the host's own. */
export type BecomeUser = { readonly user: string; readonly method?: BecomeMethod }

/** As one word, which no two ways share: no account has a colon in its name. @example becomeWord({ user: 'root', method: 'su' }) // 'su:root' */
export function formatBecomeUser({ user, method }: BecomeUser): string {
  return method === undefined ? user : `${method}:${user}`
}

/** The word read again. */
export function parseBecomeUser(word: string): BecomeUser {
  const [first = '', user] = word.split(/:(.*)/s)
  return user !== undefined && isBecomeMethod(first) ? { user, method: first } : { user: word }
}
