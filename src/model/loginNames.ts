// Checks that names of hosts and users are safe in a shell, by OpenSSH's rules.

/** Why a name cannot be that of a host (OpenSSH's valid_hostname); undefined: it can. */
export function hostNameProblem(name: string): string | undefined {
  const isValid = name !== '' && !/^-|['`"$\\;&<>|(){}\s\p{Cc}]/u.test(name)
  return isValid ? undefined : `${JSON.stringify(name)} cannot be the name of a host: ${reason}`
}

/** Why a name cannot be that of a user (OpenSSH's valid_ruser); undefined: it can. */
export function userNameProblem(name: string): string | undefined {
  const isValid = name !== '' && !/^-|['`";&<>|(){}\p{Cc}]|\s-|\\$/u.test(name)
  return isValid ? undefined : `${JSON.stringify(name)} cannot be the name of a user: ${reason}`
}

const reason = 'a shell would run a part of it, or take it for an option'
