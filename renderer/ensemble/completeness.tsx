import { fixed, percent, plural } from '../../shared/show/number.ts'
import type { Outlook } from '../../shared/workflows/index.ts'
import { decimalsOf, shiftName } from './shift-name.ts'

/** How much of the population the spectrum is made of, and how far the rest can still move it. */
export function completenessText(outlook: Outlook | null, nucleus: string): string {
  const complete = outlook?.completeness
  if (!complete) return ''
  const { in: done, of, population, change } = complete
  const missing = of - done
  if (missing === 0) return `All ${of} conformers are in.`
  if (done === 0) return `None of ${plural(of, 'conformer')} is in yet.`
  const share =
    population === null
      ? `${done} of ${of} conformers are in; their share of the population is not known.`
      : `${percent(population)} of the estimated population is in.`
  const element = nucleus.replace(/\d+/, '')
  const largest = change.find(each => each.nucleus === nucleus)
  if (!largest || population === null) {
    return `${share} How far the missing ${missing} can move a shift is not known with ${done} in.`
  }
  const decimals = decimalsOf(element)
  const least = 10 ** -decimals
  const by = largest.ppm < least ? `less than ${fixed(least, decimals)}` : `up to ${fixed(largest.ppm, decimals)}`
  return (
    `${share} The missing ${missing} can move a shift by ${by} ppm ` +
    `(${shiftName({ element, atoms: largest.atoms })}) if theirs lie in the range of those that are in.`
  )
}
