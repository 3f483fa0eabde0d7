// The forms in which a text stands in other texts: as it is, and as shells, JSON, XML, URLs and base64 have it.

/** Shorter texts are found by chance in base64. */
const leastForBase64 = 6

/**
 * All that a text looks like where others quote, escape or encode it; in base64 as much of it as is the same whatever
 * stands around it.
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

/** A lone half of a character has no URL form. */
function urlForms(text: string): string[] {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd')
  const whole = encodeURIComponent(wellFormed)
  const strict = whole.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return [whole, strict, strict.replaceAll('%20', '+'), encodeURI(wellFormed)]
}

/** Three bytes are four characters: a text may begin at the first, second or third of them. */
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
