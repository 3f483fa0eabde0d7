// Recognizes dnf's errors for modules, streams and profiles.

import type { KnownError } from '../params/knownErrors.ts'

/** The messages are those of dnf 4.14 and libdnf 0.69. */
export const moduleErrors: readonly KnownError[] = [
  {
    code: 'E_MODULE_STREAM',
    sign: /switching of module '([^']+)' stream '([^']+)' to stream '([^']+)'/,
    message: ([, name, enabled, requested]) =>
      `The stream ${enabled} of the module ${name} is enabled, and dnf does not switch to ${requested}.`,
    hint: "Remove what came from the enabled one (state: 'absent'), and run `dnf -y module reset MODULE` by command.",
  },
  {
    code: 'E_MODULE_STREAM',
    sign: /Cannot enable (?:more|multiple) streams (?:from|for) module '([^']+)'|All matches for argument '[^']*' in module '([^':]+)[^']*' are not active/,
    message: ([, name, other]) => `Only one stream of the module ${name ?? other} can be enabled.`,
    hint: 'dnf module list shows which one is; `dnf -y module reset MODULE` forgets it.',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Argument '[^']*' matches \d+ streams \(([^)]*)\) of module '([^']+)', but none of the streams/,
    message: ([, streams, name]) =>
      `The module ${name} has no default stream; it has ${streams!.replaceAll("'", '')}.`,
    hint: "Name one: '@MODULE:STREAM'",
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Unable to match profile for argument (\S+?)\/(\S+?)\. Available profiles for '[^']*': (.*)/,
    message: ([, module, profile, others]) =>
      `The module ${module} has no profile ${profile}; it has ${others}.`,
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /No default profiles? for module (\S+?)\.?(?: Available profiles: (.*))?\n/,
    message: ([, module, profiles]) =>
      `The module ${module} has no default profile${profiles ? `; it has ${profiles}` : ''}.`,
    hint: "Name one: '@MODULE:STREAM/PROFILE'",
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Module or Group '([^']+)' is not available|No match for (?:group|argument): @?(\S+)\n.*group/,
    message: ([, name, other]) => `No repository has the group or module ${name ?? other}.`,
    hint: 'dnf group list --ids and dnf module list name them.',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /filtered out by modular filtering for argument: (\S+)/,
    message: ([, name]) => `${name} belongs to a stream of a module, and that stream is not enabled.`,
    hint: "dnf module list names the streams; name: '@MODULE:STREAM' enables one.",
  },
]
