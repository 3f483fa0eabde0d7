// Rewrites how esbuild's bundles hold modules, so that a module costs less until it runs.

/**
 * Of the text that esbuild writes without minifying. A thousand modules are wrapped in objects with a method each, and all
 * their exports are defined at start: a tenth of the time of a short run. Here modules are functions, and the exports of one
 * are defined when it is first required.
 */
export function lightModules(text) {
  return edited(asFunctions(lateExports(text)), [
    ['fn[__getOwnPropNames(fn)[0]]', 'fn'],
    ['cb[__getOwnPropNames(cb)[0]]', 'cb'],
    [
      'var __export = (target, all) => {\n',
      `var __pending = new Map();
var __exportsOf = (target) => {
  const pending = __pending.get(target);
  if (pending) __pending.delete(target), __export(target, pending());
  return target;
};
var __required = new Map();
var __export = (target, all) => {
`,
    ],
    [
      'var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);',
      `var __toCommonJS = (mod) => {
  if (!__required.has(mod))
    __required.set(mod, __copyProps(__defProp({}, "__esModule", { value: true }), mod));
  return __required.get(mod);
};`,
    ],
  ])
}

/** `__esm({ "path"() { … } })` as `__esm(() => { … })`. */
function asFunctions(text) {
  return text.replace(
    /(__(?:esm|commonJS)\()\{\n {2}"[^"\n]+"(\(.*\)) \{\n([\s\S]*?) {2}\}\n\}\);$/gm,
    '$1$2 => {\n$3});',
  )
}

/** Defines the exports of the modules that are only used as a whole when they are first used. */
function lateExports(text) {
  const uses = countWords(text)
  const wholes = String.raw`(?<=\(init_\w+\(\), (?:__toCommonJS\()?|^ {2}[\w$]+: \(\) => |^ +\.{3})([\w$]+_exports\d*)(?=\)|,?$)`
  const whole = countWords([...text.matchAll(new RegExp(wholes, 'gm'))].map(([, name]) => name).join(' '))
  // Named twice more: where it is declared, and where it gets its exports.
  const isLate = (name) => uses.get(name) === (whole.get(name) ?? 0) + 2
  return text
    .replace(new RegExp(wholes, 'gm'), (name) => (isLate(name) ? `__exportsOf(${name})` : name))
    .replace(/^__export\(([\w$]+), (\{\n[\s\S]*?^\})\);$/gm, (all, name, list) =>
      isLate(name) ? `__pending.set(${name}, () => (${list}));` : all,
    )
}

function countWords(text) {
  const counts = new Map()
  for (const [word] of text.matchAll(/[\w$]+_exports\d*/g)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** With each text replaced once, or an error: another esbuild may write another. */
function edited(text, edits) {
  return edits.reduce((result, [from, to]) => {
    if (result.split(from).length !== 2) throw new Error(`Expected once in the bundle: ${from}`)
    return result.replace(from, () => to)
  }, text)
}
