// Bars whose place and width are data.

/** @param share 0 to 1 */
export function Bar({ share }: { share: number }) {
  return (
    <span class="bar" aria-hidden="true">
      <Placed name="fill" left={0} width={share} />
    </span>
  )
}

type PlacedProps = { name: string; left: number; width: number; title?: string }

/** `left` and `width` from 0 to 1. The style is set by properties, which the page's policy allows. */
export function Placed({ name, left, width, title }: PlacedProps) {
  return <span class={name} title={title} style={{ left: `${left * 100}%`, width: `${width * 100}%` }} />
}
