import { badInput, ok, type Result } from '../result.ts'
import type { MeasuredShift } from './experiment.ts'

/** A calculated signal that a measured shift can be given to. */
export interface Signal {
  readonly element: string
  readonly atoms: readonly number[]
  readonly delta_ppm: number | null
  readonly comparable: boolean
}

/**
 * Measured shifts from a text that a person pasted, given to the calculated signals of one nucleus. Two forms:
 *
 * - a line for each, with its atoms: `H-3 4.19`, `C2: 50.8`, `H-5, 6, 7 1.21`, `3,4,5<tab>3.49`;
 * - shifts alone, or a line of an experimental part: `δ 7.26 (d, J = 8.1 Hz, 2H), 3.71 (s, 3H)`. What stands in
 *   parentheses is passed over. They go to the signals in order of size, which must be as many: all of them, or those
 *   that can be compared. The assignment is a guess by order, and the caller says so.
 */
export function pasteShifts(
  text: string,
  signals: readonly Signal[],
): Result<{ readonly by: 'atoms' | 'order'; readonly shifts: readonly MeasuredShift[] }> {
  const lines = text
    .replaceAll('\u2212', '-')
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(Boolean)
  if (lines.length === 0) return badInput('experiment', 'There is nothing to read.')
  const named = lines.map(line => ({ line, ...atomsOf(line, signals[0]?.element ?? '') }))
  if (named.every(({ atoms }) => atoms.length > 0)) {
    const shifts: MeasuredShift[] = []
    const known = new Set(signals.flatMap(signal => signal.atoms))
    for (const { line, atoms, rest } of named) {
      const delta_ppm = Number(rest)
      if (rest === '' || !Number.isFinite(delta_ppm))
        return badInput('experiment', `No shift can be read in "${line}".`)
      const stranger = atoms.find(atom => !known.has(atom))
      if (stranger !== undefined) return badInput('experiment', `No signal here holds atom ${stranger} ("${line}").`)
      shifts.push({ atoms, delta_ppm })
    }
    return ok({ by: 'atoms', shifts })
  }
  return inOrder(lines, signals)
}

/** `H-5, 6, 7  1.21`: the atoms, and the rest. A line that begins with a decimal number names none. */
function atomsOf(line: string, element: string): { readonly atoms: readonly number[]; readonly rest: string } {
  const head =
    /^(?:(?<element>[A-Z][a-z]?)\s*-?\s*)?(?<atoms>\d+(?:\s*,\s*(?:[A-Z][a-z]?\s*-?\s*)?\d+)*)\s*[\s:;=]\s*(?<rest>-?\d+(?:\.\d+)?)(?:\s*ppm)?$/
  const found = head.exec(line)?.groups
  if (!found || (found.element !== undefined && found.element !== element)) return { atoms: [], rest: '' }
  return { atoms: (found.atoms ?? '').match(/\d+/g)?.map(Number) ?? [], rest: found.rest ?? '' }
}

function inOrder(
  lines: readonly string[],
  signals: readonly Signal[],
): Result<{ readonly by: 'order'; readonly shifts: readonly MeasuredShift[] }> {
  const bare = lines
    .join('\n')
    .replaceAll(/\([^()]*\)/g, ' ')
    .replaceAll(/\b\d+[A-Z][a-z]?\s*NMR\b/g, ' ')
    .replaceAll(/δ\w?|ppm/g, ' ')
  const words = bare.split(/[\s,;]+/).filter(word => /^-?\d+(?:\.\d+)?\.?$/.test(word))
  const strange = bare
    .split(/[\s,;:=]+/)
    .find(word => word !== '' && word !== '.' && !/^-?\d+(?:\.\d+)?\.?$/.test(word))
  if (strange !== undefined) return badInput('experiment', `"${strange.slice(0, 40)}" is no shift.`)
  const values = words.map(Number).sort(falling)
  const drawn = signals.filter(signal => signal.delta_ppm !== null)
  const able = drawn.filter(signal => signal.comparable)
  const chosen = values.length === drawn.length ? drawn : values.length === able.length ? able : null
  if (chosen === null || values.length === 0) {
    const wanted = able.length === drawn.length ? `${drawn.length}` : `${drawn.length} or ${able.length}`
    return badInput(
      'experiment',
      `${values.length} shifts were read, ${wanted} are wanted.`,
      'Or name the atoms, a line for each: H-3 4.19',
    )
  }
  const sorted = [...chosen].sort((a, b) => falling(a.delta_ppm ?? 0, b.delta_ppm ?? 0))
  return ok({ by: 'order', shifts: sorted.map(({ atoms }, i) => ({ atoms, delta_ppm: values[i] ?? 0 })) })
}

function falling(a: number, b: number): number {
  return b - a
}
