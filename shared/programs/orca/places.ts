import { type FindPlaces, holds, placesIn, quoted } from '../places.ts'

const COORDINATES = /^\s*\*\s*(xyz|xyzfile|int|internal|gzmt|gzmtfile|pdbfile)\b|^\s*%coords\b/i

/** ORCA names the word or the element, never the line: the line is the one that holds it, in whatever file it was sent. */
export const orcaPlaces: FindPlaces = ({ category, lines }, files) => {
  const deck = files.slice(0, 1)
  const molecule = placesIn(deck, line => COORDINATES.test(line) || /^\s*(charge|mult)\s/i.test(line))
  if (category === 'multiplicity') return molecule
  if (category === 'geometry') {
    // "* xyzfile 0 1 molecule.xyz": there stand the atoms.
    const isNamed = (file: string) => molecule.some(({ text }) => text.split(/[\s"']+/).includes(file))
    return [...placesIn(files.slice(1), (_, number, file) => number === 1 && isNamed(file)), ...molecule]
  }
  if (category === 'missing-basis') {
    // "There are no CABS basis functions on atom number   2 (Br)"
    const element = /\(\s*([A-Z][a-z]?)\s*\)/.exec(lines.join('\n'))?.[1]
    const atoms = placesIn(
      files,
      line => element !== undefined && new RegExp(`^\\s*${element}(\\s*[(:]\\S*)?\\s+-?\\d`, 'i').test(line),
    )
    return [...placesIn(deck, line => /^\s*!|^\s*%basis\b/i.test(line)), ...atoms.slice(0, 1)]
  }
  // Below "UNRECOGNIZED OR DUPLICATED KEYWORD(S) IN SIMPLE INPUT LINE" stand the words alone.
  const alone = lines.filter(line => /^[\w+*().,/-]+(\s+[\w+*().,/-]+)*$/.test(line) && line.length < 60)
  const words = [...alone.flatMap(line => line.trim().split(/\s+/)), ...quoted(lines)]
  const named = placesIn(files, line => !/^\s*#/.test(line) && holds(line.replace(/^\s*!/, ''), words))
  return named.length > 0 ? named : placesIn(deck, line => /^\s*!/.test(line))
}
