// How to become another user on a host: `ansible_become_*`, and the variables that each method has of its own.

import { type BecomeMethod, becomeMethods, isBecomeMethod } from '../../model/become.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import type { BecomeSettings, ConnectionSettings } from '../../model/host.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import type { TypedVars } from './typedVars.ts'

export type BecomeFlags = {
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  readonly becomePassword?: Secret
}

/** The method that counts on the host, and the others where the host has variables for one of them alone. */
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
    ...(isSpecial ? { becomeOtherwise: others.map((each) => settingsBy(each, vars, flags)) } : {}),
  }
}

function methodOf(vars: TypedVars): BecomeMethod | undefined {
  const text = vars.text(['ansible_become_method'])
  if (text === undefined) return undefined
  const name = text.replace(/^(?:ansible\.builtin|community\.general)\./, '')
  if (isBecomeMethod(name)) return name
  const hint = didYouMean(name, becomeMethods) ?? `There are ${becomeMethods.join(', ')}.`
  vars.addError(
    'E_BECOME_METHOD',
    'ansible_become_method',
    `"${text}" is no way to become another user`,
    hint,
  )
  return undefined
}

function settingsBy(method: BecomeMethod, vars: TypedVars, flags: BecomeFlags): BecomeSettings {
  const names = namesOf(method)
  const password = vars.secret(names.password.flat()) ?? flags.becomePassword
  const program = vars.text(names.program.flat())
  const words = vars.words(names.flags.flat())
  return {
    method,
    user: vars.text(names.user.flat()) ?? flags.becomeUser ?? 'root',
    ...(password === undefined ? {} : { password }),
    ...(program === undefined ? {} : { program }),
    ...(words === undefined ? {} : { flags: words }),
  }
}

type Names = readonly [ofAll: readonly string[], own: string]

function namesOf(method: BecomeMethod) {
  const names = (own: string, ...ofAll: readonly string[]): Names => [ofAll, `ansible_${method}_${own}`]
  return {
    user: names('user', 'ansible_become_user'),
    password: names('pass', 'ansible_become_password', 'ansible_become_pass'),
    program: names('exe', 'ansible_become_exe'),
    flags: names('flags', 'ansible_become_flags'),
  }
}
