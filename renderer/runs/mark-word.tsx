import type { Mark } from '../../shared/show/mark.ts'

/** A mark beside its figure: the word, and since when; what it means is said to who points at it or has it read out. */
export function MarkWord({ confidence, said }: Pick<Mark, 'confidence'> & { readonly said: string }) {
  const [word = said, ...meaning] = said.split(': ')
  const tone = confidence === 'live' || confidence === 'estimated' ? undefined : 'tone-attention'
  return (
    <span title={said} className={tone} data-mark={confidence}>
      {word}
      {meaning.length > 0 ? <span className="only-read">: {meaning.join(': ')}</span> : null}
    </span>
  )
}
