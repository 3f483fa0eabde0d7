// The methods of becoming another user: sudo, su and doas.

/** A program to become another user. */
export type BecomeMethod = (typeof becomeMethods)[number]

export const becomeMethods = ['sudo', 'su', 'doas'] as const

export function isBecomeMethod(text: unknown): text is BecomeMethod {
  return becomeMethods.includes(text as BecomeMethod)
}

/** The user to become, and the method, if it is not the host's own. */
export type BecomeUser = { readonly user: string; readonly method?: BecomeMethod }

/** A unique key, for account names hold no colon. @example formatBecomeUser({ user: 'root', method: 'su' }) // 'su:root' */
export function formatBecomeUser({ user, method }: BecomeUser): string {
  return method === undefined ? user : `${method}:${user}`
}
