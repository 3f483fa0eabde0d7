// The task apt: installs, upgrades and removes packages of Debian and Ubuntu.

import { type Change, defineTask, output, PlaybookError } from '../../src/index.ts'
import { type AptState, parseAptState } from './apt/aptState.ts'
import { manualStep, transactionStep, updateStep } from './apt/commands.ts'
import { type AptParams, aptParams, modeOf, parseSpec } from './apt/params.ts'
import { stateScript } from './apt/stateScript.ts'
import { inOneTransaction, packageEffects, packageState } from './packageEffects.ts'

/**
 * Installs packages by apt, upgrades or removes them, everything in one transaction. If nothing is missing, only
 * `dpkg-query` runs, not apt; `state: 'latest'`, `upgrade` and `autoremove` alone always ask apt.
 *
 * - `name`: a package, a list, or several separated by commas. Each may have an architecture (`libc6:i386`) and a
 *   version, also with `*` at its end (`nginx=1.24*`). A virtual package (`mail-transport-agent`) is there if an
 *   installed package provides it. `*` with `state: 'latest'` means everything installed, as `upgrade: 'yes'` does.
 * - `state`: `present` (default; any version, or the one that is named), `latest`, `absent`. A package that was installed
 *   only because another needs it is marked as installed on request, so that autoremove keeps it.
 * - `deb`: .deb files instead, by paths on the host or URLs. What is installed in the same or a newer version stays. Their
 *   signatures are not checked: for a file from elsewhere use `download` with its checksum.
 * - `updateCache`: reads the package lists again before apt uses them, if they are older than `cacheValidTime` seconds
 *   (at least a minute) or than the files in /etc/apt that name sources and keys. With `cacheValidTime` it is the default. Where all packages are as requested, apt does
 *   not use lists, and they stay. Without a package, it brings the lists up to date.
 * - `upgrade`: `'yes'` or `'safe'` upgrades all that is installed and removes nothing; `'full'` or `'dist'` may remove
 *   packages.
 * - `purge`: with `absent`, removes configuration files too, also those that an earlier removal has left. `autoremove`:
 *   removes dependencies that nothing needs any more, with the packages that are removed, or alone.
 * - `installRecommends`, `defaultRelease`, `onlyUpgrade`, `failOnAutoremove`, `allowDowngrade`,
 *   `allowChangeHeldPackages`, `allowUnauthenticated`: as apt-get's options.
 * - `dpkgOptions` (default `force-confdef`, `force-confold`): configuration files that were changed on the host stay;
 *   nothing asks a question.
 * - `lockTimeout` (default 60): seconds to wait for another apt or dpkg.
 *
 * apt-get itself says what would be done, dependencies too, in the trip that looks at the host; old package lists are
 * brought up to date in a temporary copy for that. So a dry run shows all packages with their versions, and fails as the
 * run would: it touches nothing.
 *
 * @throws PlaybookError E_NO_APT, E_NO_PACKAGE, E_NO_VERSION, E_VIRTUAL_PACKAGE, E_NO_RELEASE, E_PACKAGE_HELD,
 *   E_DOWNGRADE, E_PACKAGE_CONFLICT, E_PACKAGE_SCRIPT (a script of a package failed), E_DPKG_INTERRUPTED,
 *   E_PACKAGE_LOCK, E_REPOSITORY, E_GPG, E_SOURCES, E_DEB_FILE, E_REMOVES, E_DISK_FULL, E_NOT_ROOT
 * @example apt({ name: ['nginx=1.24*', 'curl'], cacheValidTime: 3600 })
 * @example apt({ upgrade: 'dist', updateCache: true })
 *
 * Sources: apt-get(8), dpkg-query(1), deb-version(7); the messages are those of apt 2.6.
 */
export const apt = defineTask({
  name: 'apt',
  summary: 'Installs, upgrades or removes packages by apt.',
  ansible: {
    modules: ['apt'],
    params: {
      pkg: 'name',
      package: 'name',
      allow_downgrades: 'allowDowngrade',
      dpkg_options: 'dpkgOptions',
      force:
        'There is no such option: allowDowngrade, allowChangeHeldPackages and allowUnauthenticated say what is allowed.',
      force_apt_get: 'There is no such option: apt-get is what is used.',
      update_cache_retries: 'Give the task a retry: { retry: { attempts: 5, delay: 10 } }.',
      update_cache_retry_max_delay: 'Give the task a retry: { retry: { attempts: 5, delay: 10 } }.',
      policy_rc_d:
        'There is no such option: write /usr/sbin/policy-rc.d by copyFile before, and remove it after.',
      clean: "There is no such option: command({ argv: ['apt-get', 'clean'] }).",
      autoclean: "There is no such option: command({ argv: ['apt-get', 'autoclean'] }).",
    },
  },
  params: aptParams,
  title: ({ name, deb, state, ...params }) =>
    name || deb
      ? `${(name ?? deb)!.join(' ')}${state === 'present' ? '' : ` ${state}`}`
      : modeOf({ name, deb, state, ...params }),
  needs: { root: true, tools: ['apt-get', 'dpkg-query'] },
  provides: ({ name, state }) => ({ packages: state === 'absent' ? [] : (name ?? []) }),
  probe: (params) => ({
    state: output(stateScript(params), parseAptState, {
      reads: [...names(params).map(packageState), ...(params.deb ?? []), '/etc/apt', '/var/lib/apt/lists'],
      holds: ({ unmet, error }, isPending) =>
        modeOf(params) !== 'update' &&
        params.state !== 'latest' &&
        unmet.length === 0 &&
        !error &&
        !names(params).some((name) => isPending(packageState(name))),
    }),
  }),
  plan: (params, { state }) => {
    const { planned, oldLists, error } = state
    if (error) throw error
    const packages = packageChanges(params, state)
    if (oldLists === undefined || (packages.length === 0 && modeOf(params) !== 'update')) return packages
    const lists: Change = {
      what: 'package lists',
      from: oldLists,
      to: 'updated',
      steps: [updateStep(params)],
      effects: [{ tree: '/var/lib/apt' }, { tree: '/var/cache/apt' }],
    }
    return planned.length === 0 && modeOf(params) !== 'update' ? packages : [lists, ...packages]
  },
  effects: (params) => names(params).flatMap(packageEffects),
})

function names({ name }: AptParams): string[] {
  return name?.map((text) => (text === '*' ? text : parseSpec(text).name)) ?? ['*']
}

/** @throws PlaybookError E_APT where apt would do nothing although something is not as requested */
function packageChanges(params: AptParams, { automatic, planned, unmet }: AptState): readonly Change[] {
  if (planned.length === 0 && unmet.length > 0 && !params.deb && !params.onlyUpgrade) {
    throw new PlaybookError('E_APT', `apt would do nothing for ${unmet.join(', ')}.`, {
      hint: 'Look at it on the host: apt-cache policy, dpkg --audit',
    })
  }
  const changes = planned.map(({ name, from, to }) => ({
    what: `package ${name}`,
    from,
    to,
    effects: packageEffects(name),
  }))
  const marked =
    modeOf(params) === 'install'
      ? automatic.filter((name) => !planned.some((each) => each.name === name))
      : []
  const marks = marked.map((name) => ({
    what: `package ${name}`,
    from: 'installed automatically',
    to: 'installed on request',
    effects: [{ state: packageState(name) }, { tree: '/var/lib/apt' }],
  }))
  return [
    ...inOneTransaction(changes, transactionStep(params, requested(params, unmet))),
    ...inOneTransaction(marks, manualStep(marked)),
  ]
}

/** The arguments of apt-get: the same as in the simulation. */
function requested({ name, deb, state, ...params }: AptParams, unmet: readonly string[]): readonly string[] {
  if (deb) return unmet.map((index) => deb[Number(index)]!)
  if (modeOf({ name, deb, state, ...params }) === 'upgrade' || !name) return []
  return state === 'latest' ? name : unmet
}
