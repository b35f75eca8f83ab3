import { record } from '../files.ts'
import { type EditPlace, type FindPlaces, placesIn } from '../places.ts'

/** xtb names the line of a structure that it cannot read, the two atoms that are in one place, or an option's value. */
export const xtbPlaces: FindPlaces = ({ category, lines }, files, input) => {
  const said = lines.join('\n')
  // " --> unknown.xyz:3:1-2"
  const [, name, row] = /-->\s*(\S+?):(\d+)(?=[:\s]|$)/.exec(said) ?? []
  if (name !== undefined) return placesIn(files, (_, number, file) => file === name && number === Number(row))
  // "Found *very* short distance of  0.000E+00 for O1-H2": in an XYZ file atom 1 stands in line 3.
  const pair = /distance of .* for [A-Z][a-z]?(\d+)-[A-Z][a-z]?(\d+)/.exec(said)?.slice(1).map(Number) ?? []
  const atoms = placesIn(files.slice(0, 1), (_, n, file) => /\.xyz$/i.test(file) && pair.includes(n - 2))
  if (atoms.length > 0) return atoms
  if (category === 'geometry') return placesIn(files.slice(0, 1), (_, number) => number === 1)
  const { args } = record(input)
  const options: EditPlace = { file: null, line: null, text: Array.isArray(args) ? args.join(' ') : '' }
  return options.text === '' ? [] : [options]
}
