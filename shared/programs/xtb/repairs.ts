import type { Json } from '../../ids.ts'
import type { Repairs } from '../program.ts'
import type { XtbInput } from './input.ts'

const MOST_ITERATIONS = 2000
const MOST_CYCLES = 1000

export const repairs: Repairs = {
  'scf-help'(json) {
    const input = json as unknown as XtbInput
    if (input.kind === 'deck') return withOption(json, '--iterations', MOST_ITERATIONS)
    return input.iterations === MOST_ITERATIONS ? null : ({ ...input, iterations: MOST_ITERATIONS } as Json)
  },
  'more-cycles'(json) {
    const input = json as unknown as XtbInput
    if (input.kind === 'deck') return withOption(json, '--cycles', MOST_CYCLES)
    return { ...input, max_cycles: Math.max(MOST_CYCLES, 2 * input.max_cycles) } as Json
  },
  'last-geometry'(json, { result }) {
    const input = json as unknown as XtbInput
    if (!result?.geometry) return null
    const { sha256, bytes } = result.geometry
    if (input.kind === 'deck') {
      // The last geometry is an XYZ text of the same atoms in their order; other formats say more than positions.
      if (!/\.xyz$/i.test(input.main)) return null
      const files = input.files.map(file => (file.name === input.main ? { name: file.name, sha256, bytes } : file))
      return { ...input, files } as unknown as Json
    }
    if (!input.task.startsWith('opt') || input.geometry.sha256 === sha256) return null
    return { ...input, geometry: { sha256, bytes } } as Json
  },
}

/** The option with this value, in place of the one that was given. */
function withOption(json: Json, option: string, value: number): Json | null {
  const input = json as unknown as Extract<XtbInput, { readonly kind: 'deck' }>
  const at = input.args.indexOf(option)
  if (at >= 0 && Number(input.args[at + 1]) >= value) return null
  const others = at < 0 ? input.args : [...input.args.slice(0, at), ...input.args.slice(at + 2)]
  return { ...input, args: [...others, option, String(value)] } as unknown as Json
}
