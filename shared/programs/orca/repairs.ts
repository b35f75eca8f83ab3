import type { Json } from '../../ids.ts'
import type { LastAttempt, Repairs } from '../program.ts'
import { lastGeometry, moreCycles, withRepairs } from '../repairs.ts'
import type { OrcaInput } from './input.ts'
import type { OrcaRepairs } from './repaired-deck.ts'

/** In a calculation what its own fields can say, in a person's input (repaired-deck.ts) everything. */
export const repairs: Repairs = {
  'scf-help': json => more(json, { scf: 'slow' }),
  'scf-damping': json => more(json, { scf: 'very-slow' }),
  'post-scf-help': json => more(json, { post_scf: true }),
  'more-cycles': moreCycles,
  'last-geometry': lastGeometry,
  'last-orbitals'(json, last) {
    const input = json as unknown as OrcaInput
    const orbitals = orbitalsOf(last)
    if (!orbitals) return null
    return input.kind === 'calculation' ? ({ ...input, restart: orbitals } as Json) : more(json, { orbitals })
  },
  hessian: json => more(json, { hessian: true }),
  cartesian(json) {
    const input = json as unknown as OrcaInput
    if (input.kind === 'deck') return more(json, { cartesian: true })
    return input.cartesian ? null : ({ ...input, cartesian: true } as Json)
  },
  'no-restart'(json) {
    const input = json as unknown as OrcaInput
    if (input.kind === 'calculation') return input.restart ? ({ ...input, restart: null } as Json) : null
    const { orbitals, ...others } = input.repairs ?? {}
    // Orbitals that we sent ourselves are dropped first; the input's own restart is the person's.
    return { ...input, repairs: orbitals ? others : { ...others, no_restart: true } } as Json
  },
  'own-resources': json => ((json as unknown as OrcaInput).kind === 'deck' && more(json, { resources: true })) || json,
}

const more: (json: Json, change: OrcaRepairs) => Json | null = withRepairs

function orbitalsOf({ files }: LastAttempt) {
  const [file, ...others] = files.filter(({ name }) => name.endsWith('.gbw') && !name.startsWith('restart'))
  return file && others.length === 0 ? { sha256: file.sha256, bytes: file.bytes } : null
}
