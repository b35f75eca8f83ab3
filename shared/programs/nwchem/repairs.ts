import type { Json } from '../../ids.ts'
import type { LastAttempt, Repairs } from '../program.ts'
import { lastGeometry, moreCycles, withRepairs } from '../repairs.ts'
import type { NwchemInput } from './input.ts'
import type { NwchemRepairs } from './repaired-deck.ts'

/** The name under which orbitals of an earlier attempt are sent. */
const ORBITALS = 'larmor-restart.movecs'

/** In a calculation what its own fields can say, in a person's deck (repaired-deck.ts) everything. */
export const repairs: Repairs = {
  'scf-help': json => more(json, { scf: 'cgmin' }),
  'scf-damping': json => more(json, { scf: 'damp' }),
  'post-scf-help': json => more(json, { post_scf: true }),
  'more-cycles': moreCycles,
  'last-geometry': lastGeometry,
  'last-orbitals'(json, last) {
    const vectors = orbitals(last)
    return vectors && more(json, { vectors })
  },
  hessian: json => more(json, { hessian: true }),
  cartesian(json) {
    const input = json as unknown as NwchemInput
    if (input.kind === 'deck') return more(json, { cartesian: true })
    return input.autoz ? ({ ...input, autoz: false } as Json) : null
  },
  direct(json) {
    const input = json as unknown as NwchemInput
    // The shieldings that Larmor writes are direct already.
    return input.kind === 'calculation' && input.task.endsWith('nmr') ? null : more(json, { direct: true })
  },
  response: json => more(json, { response: true }),
  'no-restart'(json) {
    const input = json as unknown as NwchemInput
    const { vectors, ...others } = input.repairs ?? {}
    if (input.kind === 'calculation' && !vectors) return null
    // Orbitals that we sent ourselves are dropped first; the deck's own restart is the person's.
    return { ...input, repairs: vectors ? others : { ...others, no_restart: true } } as Json
  },
  'own-resources': json => ((json as unknown as NwchemInput).kind === 'deck' && more(json, { memory: true })) || json,
}

const more: (json: Json, change: NwchemRepairs) => Json | null = withRepairs

function orbitals({ files }: LastAttempt) {
  const found = files.filter(({ name }) => name.endsWith('.movecs') && name !== ORBITALS)
  const [file, ...others] = found
  return file && others.length === 0 ? { name: ORBITALS, sha256: file.sha256, bytes: file.bytes } : null
}
