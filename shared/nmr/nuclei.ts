import { badInput, ok, type Result } from '../result.ts'

/** A nucleus that is measured, and the element of its atoms. */
export type Nucleus = { readonly nucleus: string; readonly element: string }

/** Spin-carrying isotopes that are measured in solution. Source: Harris et al., Pure Appl. Chem. 2001, 73, 1795. */
const isotopes: Readonly<Record<string, string>> = {
  H: '1H',
  B: '11B',
  C: '13C',
  N: '15N',
  O: '17O',
  F: '19F',
  Si: '29Si',
  P: '31P',
  S: '33S',
  Se: '77Se',
}

const known: readonly Nucleus[] = Object.entries(isotopes).map(([element, nucleus]) => ({ nucleus, element }))

/** A list such as `1H,13C`, each once, in the order given. */
export function parseNuclei(list: string): Result<readonly Nucleus[]> {
  const found: Nucleus[] = []
  for (const word of list.split(',').map(part => part.trim())) {
    const nucleus = known.find(each => each.nucleus.toLowerCase() === word.toLowerCase())
    if (!nucleus) {
      const names = known.map(each => each.nucleus).join(', ')
      return badInput('nuclei', `Unknown nucleus: ${word || 'an empty name'}.`, `Known are ${names}`)
    }
    if (!found.includes(nucleus)) found.push(nucleus)
  }
  return ok(found)
}
