// Reads how to become another user: `ansible_become_*`, and each method's own variables.

import { type BecomeMethod, becomeMethods, isBecomeMethod } from '../../model/become.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { BecomeSettings, ConnectionSettings } from '../../model/host.ts'
import { userNameProblem } from '../../model/loginNames.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import type { TypedVars } from './typedVars.ts'

export type BecomeFlags = {
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  readonly becomePassword?: Secret
}

/** The settings of the host's method; those of the others too if the host has variables for a single method. */
export function becomeSettings(
  vars: TypedVars,
  flags: BecomeFlags,
): Pick<ConnectionSettings, 'become' | 'becomeOtherwise'> {
  const given = methodOf(vars)
  const method = given ?? flags.becomeMethod ?? 'sudo'
  const become = settingsBy(method, vars, flags)
  const others = becomeMethods.filter((each) => each !== method)
  const isSpecial = becomeMethods.some((each) =>
    vars.has(Object.values(namesOf(each)).flatMap(([, own]) => own)),
  )
  return {
    become: given === undefined ? become : { ...become, isMethodGiven: true },
    becomeOtherwise: isSpecial ? others.map((each) => settingsBy(each, vars, flags)) : undefined,
  }
}

function methodOf(vars: TypedVars): BecomeMethod | undefined {
  const text = vars.text(['ansible_become_method'])
  if (text === undefined) return undefined
  const name = text.replace(/^(?:ansible\.builtin|community\.general)\./, '')
  if (isBecomeMethod(name)) return name
  const hint = didYouMean(name, becomeMethods) ?? `Available: ${becomeMethods.join(', ')}`
  vars.addError('E_BECOME_METHOD', 'ansible_become_method', `unknown become method "${text}"`, hint)
  return undefined
}

function settingsBy(method: BecomeMethod, vars: TypedVars, flags: BecomeFlags): BecomeSettings {
  const names = namesOf(method)
  return {
    method,
    user: vars.checked(names.user.flat(), userNameProblem) ?? flags.becomeUser ?? 'root',
    password: vars.secret(names.password.flat()) ?? flags.becomePassword,
    program: vars.text(names.program.flat()),
    flags: vars.words(names.flags.flat()),
  }
}

/** The variables of all methods, and the method's own, which wins. */
type Names = readonly [shared: readonly string[], own: string]

function namesOf(method: BecomeMethod) {
  const names = (own: string, ...shared: readonly string[]): Names => [shared, `ansible_${method}_${own}`]
  return {
    user: names('user', 'ansible_become_user'),
    password: names('pass', 'ansible_become_password', 'ansible_become_pass'),
    program: names('exe', 'ansible_become_exe'),
    flags: names('flags', 'ansible_become_flags'),
  }
}
