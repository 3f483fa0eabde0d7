// The task seContext: sets which context files have, and relabels those that exist.

import { type Change, defineTask, type Effect, quote, run, type Step, shellText, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import {
  contextEffects,
  difference,
  type FileType,
  fileTypes,
  ownRules,
  policyRules,
  type Rule,
  stemOf,
  type WrongLabel,
  withRules,
  wrongLabels,
} from './contexts.ts'
import { levelText, notMade, policyName, selinuxNeeds, semanageStep, toolMissing } from './policy.ts'

const targetText = z
  .string()
  .regex(
    /^\/[^\s']*$/,
    'expected a regular expression for whole paths, without blanks and quotes, such as /srv/www(/.*)?',
  )

const contextParams = {
  setype: z.union([policyName, z.literal('<<none>>')]).describe('The type of these files.'),
  ftype: z
    .enum(Object.keys(fileTypes) as [FileType])
    .default('a')
    .describe('Which files: a all, f regular files, d directories, l links.'),
  seuser: policyName.default('system_u').describe('The SELinux user of these files.'),
  selevel: levelText.default('s0').describe('Level or range.'),
}

/**
 * Sets the rules for the contexts of files, as `semanage fcontext` does, and relabels existing files, as `restorecon`
 * does. Where SELinux is off there is nothing to do.
 *
 * - `target`: a regular expression for whole paths, `/data2/www(/.*)?`, or several: they are set in one transaction.
 * - `setype`: the type, such as `httpd_sys_content_t`, or `<<none>>`: restorecon leaves such files alone.
 * - `ftype`: the files meant: `a` (default) all, `f` regular files, `d` directories, `l` links, `s` sockets, `p` pipes,
 *   `b` and `c` devices.
 * - `seuser` (default `system_u`), `selevel` (default `s0`).
 * - `rules`: a list of `{ target, setype, ftype, seuser, selevel }` instead of these: all are set in one transaction,
 *   because the policy takes some seconds to compile.
 * - `state`: `present` (default), or `absent`: the site's own rule is removed, and the policy's applies again.
 * - `relabel` (default true; Ansible's module never does): files below the fixed beginning of the target get the
 *   context that all rules together give them.
 *
 * A rule that the policy itself has, word for word, needs nothing.
 *
 * @throws PlaybookError E_SELINUX_TOOLS (no semanage, no restorecon), E_SELINUX (what semanage refused: no such type, say)
 * @example seContext({ target: '/data3/logs/httpd(/.*)?', setype: 'httpd_log_t' })
 * @example seContext({ rules: [{ target: '/data2/www(/.*)?', setype: 'httpd_sys_content_t' }, { target: '/data2/bin/httpd', setype: 'httpd_exec_t' }] })
 *
 * Sources: semanage-fcontext(8), semanage-import(8), restorecon(8), file_contexts(5); community.general.sefcontext.
 */
export const seContext = defineTask({
  name: 'seContext',
  summary: 'Sets which SELinux context files have, and relabels those that exist.',
  ansible: {
    modules: ['community.general.sefcontext', 'sefcontext'],
    params: {
      path: 'target',
      reload: 'The policy is always loaded.',
      ignore_selinux_state: 'Where SELinux is off, there is nothing to do.',
    },
  },
  params: z
    .strictObject({
      target: oneOrMany(targetText)
        .optional()
        .describe('Regular expression for whole paths, or several: /srv/www(/.*)?'),
      ...contextParams,
      setype: contextParams.setype.optional().describe('The type of these files.'),
      rules: z
        .array(z.strictObject({ target: targetText, ...contextParams }))
        .min(1)
        .optional()
        .describe('Targets with their types, instead of target and setype.'),
      state: z.enum(['present', 'absent']).default('present').describe('Whether the rule is there.'),
      relabel: z.boolean().default(true).describe('Whether to relabel existing files.'),
    })
    .refine(
      ({ target, setype, rules, state }) =>
        rules ? !target && !setype : target !== undefined && (setype !== undefined || state === 'absent'),
      'expected target and setype, or rules',
    )
    .refine((params) => !params.relabel || rulesOf(params).every(({ target }) => stemOf(target) !== '/'), {
      path: ['target'],
      error:
        'expected a path that begins with the name of a folder, or relabel: false; otherwise all files would be relabelled',
    }),
  title: (params) => {
    const [first, ...others] = rulesOf(params)
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    return `${first!.target} ${first!.setype}${more}${params.state === 'absent' ? ' absent' : ''}`
  },
  needs: selinuxNeeds('semanage', 'restorecon'),
  probe: (params) => ({
    site: ownRules,
    policy: policyRules(rulesOf(params)),
    wrong: wrongLabels(params.relabel ? stems(params) : []),
  }),
  plan: (params, observed): readonly Change[] => {
    const { site } = observed
    if (site === undefined) return []
    const differing = rulesOf(params).flatMap(
      (rule) => difference(rule, params.state, site.own, () => observed.policy) ?? [],
    )
    const hasRestorecon = !params.relabel || site.hasRestorecon
    if (differing.length === 0) {
      if (!hasRestorecon) throw toolMissing('restorecon', ['Only it knows which files have another context.'])
      return params.relabel ? relabelChanges(stems(params), observed.wrong) : []
    }
    const steps = [
      semanageStep(differing.map(({ line }) => line)),
      ...(params.relabel ? [relabelStep(stems(params))] : []),
    ]
    const rules = withRules(
      site,
      differing.map(({ rule }) => rule),
      params.state,
    )
    const changes = differing.map(({ rule, from, to }, index) => ({
      what: `context of ${rule.target}`,
      from,
      to,
      steps: index === 0 ? steps : [],
      effects: contextEffects(stems(params), rules),
    }))
    if (!site.hasSemanage || !hasRestorecon)
      throw toolMissing(site.hasSemanage ? 'restorecon' : 'semanage', notMade(changes))
    return changes
  },
  effects: (): readonly Effect[] => [{ state: 'selinux/contexts' }, { state: 'selinux/labels' }],
})

type Params = {
  readonly target?: readonly string[] | undefined
  readonly setype?: string | undefined
  readonly ftype: FileType
  readonly seuser: string
  readonly selevel: string
  readonly rules?: readonly Rule[] | undefined
}

function rulesOf({ target = [], setype = '', ftype, seuser, selevel, rules }: Params): readonly Rule[] {
  return rules ?? [...new Set(target)].map((each) => ({ target: each, setype, ftype, seuser, selevel }))
}

/** Where files of the targets are; what is below another of these folders is looked at with it. */
function stems(params: Params): string[] {
  const all = [...new Set(rulesOf(params).map(({ target }) => stemOf(target)))]
  return all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)))
}

/** Labels that are wrong although the rules are right. */
function relabelChanges(paths: readonly string[], [first, ...others]: readonly WrongLabel[]): Change[] {
  if (first === undefined) return []
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  return [
    {
      what: `labels below ${paths.join(' ')}`,
      from: `${first.from} of ${first.path}${more}`,
      to: first.to,
      steps: [relabelStep(paths)],
      effects: contextEffects(paths),
    },
  ]
}

function relabelStep(paths: readonly string[]): Step {
  const words = paths.map(quote).join(' ')
  return run(
    shellText(`for path in ${words}; do
  [ ! -e "$path" ] && [ ! -L "$path" ] || restorecon -R -- "$path" || exit
done`),
  )
}
