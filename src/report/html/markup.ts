// A template tag for HTML that escapes what is put into it.

export type Markup = { readonly kind: 'markup'; readonly text: string }

export const nothing: Markup = { kind: 'markup', text: '' }

type Content = string | number | Markup | readonly Markup[]

/** @example html`<td>${host}</td>` */
export function html(strings: TemplateStringsArray, ...values: Content[]): Markup {
  const text = strings
    .map((part, index) => (index < values.length ? part + rendered(values[index]!) : part))
    .join('')
  return { kind: 'markup', text }
}

function rendered(value: Content): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value))
  return 'text' in value ? value.text : value.map(({ text }) => text).join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
