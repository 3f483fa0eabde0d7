// Lists the encodings in which a secret may appear in other text.

/** Shorter texts would match base64 by chance. */
const leastForBase64 = 6

/**
 * A text as it is, and as shells, JSON, XML, URLs and base64 encode it. In base64, only the characters that do not
 * depend on the bytes around it.
 *
 * @example writtenForms("it's") // ["it's", "it'\\''s", 'it&#39;s', 'it&apos;s', 'it%27s', …]
 */
export function secretEncodings(text: string): string[] {
  const forms = new Set([
    text,
    text.replaceAll("'", "'\\''"),
    text.replace(/[\\"$`]/g, '\\$&'),
    JSON.stringify(text).slice(1, -1),
    JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
    xmlText(text),
    xmlText(text).replaceAll('"', '&quot;'),
    xmlText(text).replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    xmlText(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    ...urlForms(text),
    ...base64Forms(text),
  ])
  return [...forms]
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A lone surrogate cannot be encoded in a URL, so it is replaced. */
function urlForms(text: string): string[] {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd')
  const whole = encodeURIComponent(wellFormed)
  const strict = whole.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return [whole, strict, strict.replaceAll('%20', '+'), encodeURI(wellFormed)]
}

/** Three bytes make four characters, so a text may start at any of three offsets. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text)
  if (bytes.length < leastForBase64) return []
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const begin = Math.ceil((before * 8) / 6)
    const end = Math.floor(((before + bytes.length) * 8) / 6)
    const inner = encoded.slice(begin, end)
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
