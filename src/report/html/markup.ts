// A template tag for HTML that escapes what is put into it.

export type Markup = { readonly kind: 'markup'; readonly text: string }

/** @example html`<td>${host}</td>` */
export function html(
  strings: TemplateStringsArray,
  ...values: (string | number | readonly Markup[])[]
): Markup {
  const text = strings
    .map((part, index) => (index < values.length ? part + rendered(values[index]!) : part))
    .join('')
  return { kind: 'markup', text }
}

function rendered(value: string | number | readonly Markup[]): string {
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
