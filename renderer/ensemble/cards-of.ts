import type { Reading } from '../../shared/contract.ts'
import type { CoursePoint } from '../../shared/progress/course.ts'
import type { Outlook, ShownConformer, ShownNmr } from '../../shared/workflows/index.ts'
import type { Card } from './cards.tsx'

interface Beside {
  /** Whether nothing can change any more. */
  readonly ended: boolean
  readonly outlook: Outlook | null
  reading(key: string): Reading | undefined
  course(key: string): readonly CoursePoint[]
}

/**
 * The conformers as cards, the lowest first, those without an energy after them in the order of the run, the filtered ones
 * last. `C01` is the place in the run's own list, which never changes.
 */
export function cardsOf(
  { conformers, program, provisional }: Pick<ShownNmr, 'conformers' | 'program' | 'provisional'>,
  { ended, outlook, reading, course }: Beside,
): readonly Card[] {
  const digits = Math.max(2, String(conformers.length).length)
  const final = ended || program === 'none'
  const cards = conformers.map((conformer, i): Card => {
    const counts = final || conformer.state !== 'filtered'
    const share = final ? conformer.weight : counts ? (outlook?.shares.get(conformer.key) ?? null) : null
    return {
      ...conformer,
      short: `C${String(i + 1).padStart(digits, '0')}`,
      share,
      provisional: !final || (provisional && conformer.weight !== null),
      reading: reading(conformer.key),
      cycles: course(conformer.key).flatMap(({ energy_hartree }) => energy_hartree ?? []),
    }
  })
  // Stable: what has no energy yet stays in the order of the plan.
  return cards.sort((a, b) => rank(a) - rank(b) || (a.relative_kcal_mol ?? 0) - (b.relative_kcal_mol ?? 0))
}

function rank({ state, relative_kcal_mol }: ShownConformer): number {
  if (state === 'filtered') return 2
  return relative_kcal_mol === null ? 1 : 0
}

/** `C10 failed`: a sentence that names conformers by their keys, as scripts do, in the names of the cards. */
export function inCardNames(sentence: string, cards: readonly Pick<Card, 'key' | 'short'>[]): string {
  const names = new Map(cards.map(({ key, short }) => [key, short]))
  return sentence.replaceAll(/c-[\da-f]+/g, key => names.get(key) ?? key)
}
