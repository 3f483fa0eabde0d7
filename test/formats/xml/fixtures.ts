// Tomcat's own files, and ways to write the same text in other bytes.

import { readFileSync } from 'node:fs'

export const tomcatVersions = ['8.5.100', '9.0.109', '10.1.34', '11.0.2']

/** A file of test/fixtures/tomcat, wherever the compiled test runs. */
export function tomcatFile(path: string): Buffer {
  return readFileSync(new URL(`../../../../test/fixtures/tomcat/${path}`, import.meta.url))
}

export function tomcatText(path: string): string {
  return tomcatFile(path).toString('utf8')
}

type Writing = {
  readonly name: string
  readonly write: (text: string) => Buffer
  readonly read: (bytes: Uint8Array) => string
}

/** The text in every encoding, line end and byte order mark that an editor must keep. */
export const writings: readonly Writing[] = [
  { name: 'LF', write: (text) => Buffer.from(text), read: fromUtf8 },
  { name: 'CRLF', write: (text) => Buffer.from(crlf(text)), read: fromUtf8 },
  { name: 'BOM and CRLF', write: (text) => Buffer.from(`\uFEFF${crlf(text)}`), read: fromUtf8 },
  {
    name: 'ISO-8859-1',
    write: (text) => Buffer.from(declaring(text, 'ISO-8859-1'), 'latin1'),
    read: (bytes) => Buffer.from(bytes).toString('latin1'),
  },
  {
    name: 'UTF-16LE with BOM',
    write: (text) => Buffer.from(`\uFEFF${declaring(text, 'UTF-16')}`, 'utf16le'),
    read: (bytes) => Buffer.from(bytes).toString('utf16le'),
  },
  {
    name: 'UTF-16BE with BOM and CRLF',
    write: (text) => Buffer.from(`\uFEFF${crlf(declaring(text, 'UTF-16'))}`, 'utf16le').swap16(),
    read: (bytes) => Buffer.from(bytes).swap16().toString('utf16le'),
  },
]

export function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n')
}

export function declaring(text: string, encoding: string): string {
  return text.replace(/encoding=(["'])[^"']*\1/, `encoding="${encoding}"`)
}

function fromUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

/** Everything that makes editing hard, in one document. */
export const nastyXml = `<?xml version='1.0' encoding='UTF-8'?>
<!-- before: <root a="1"/> -->
<!DOCTYPE root [
  <!ENTITY port "8080">
  <!ENTITY outside SYSTEM "file:///etc/passwd">
  <!-- ]> is not the end -->
  <!ELEMENT root (a,(b|c)*)>
  <?pi in ]> the subset ?>
]>
<?style it's a "PI" with <tags> ?>
<root xmlns="urn:default" xmlns:x='urn:x' a = 'single "double" inside' >
\t<a  one="1"   two = "a > b"\tthree='&port;'/>
\t<x:b x:name="prefixed">text &amp; &#233;t\u00e9 &outside; ]] ></x:b>
\t<c><![CDATA[ <not a="tag"> & ]]]]><![CDATA[> ]]></c>
\t<d
\t\tlong="1"
\t\tlonger="22" />
\t<empty></empty><empty/>
\t<constructor toString="x"/>
\t<!-- <hidden a="1"/> --><!--two--> tail
</root>
<!-- after -->
`

/** The lines that differ, as diff shows them without numbers: `-gone`, `+come`. */
export function lineDiff(before: string, after: string): string[] {
  const a = before.split('\n')
  const b = after.split('\n')
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] =
        a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
    }
  }
  const lines: string[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++
      j++
    } else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      lines.push(`-${a[i++]}`)
    } else {
      lines.push(`+${b[j++]}`)
    }
  }
  return lines
}
