import { type EditPlace, type FindPlaces, holds, placesIn, quoted, type SentText } from '../places.ts'

const SPIN = /^\s*(charge|mult|nopen|singlet|doublet|triplet|quartet|quintet)\b/i
/** `* library 6-31g*`, `C library "def2-svp"`. */
const LIBRARY = /^\s*\S+\s+library\s/i

/**
 * NWChem names the line that it had before it ("7: bassis"), of the deck or of a file that the deck includes: the one that
 * has it. Where that is a task, what is wrong was said further up: the basis set, charge and multiplicity, or the geometry.
 */
export const nwchemPlaces: FindPlaces = ({ category, lines }, files) => {
  const named = lines.flatMap(line => namedLine(line, files))
  const before = named.filter(({ text }) => !/^task\b/i.test(text))
  if (before.length > 0) return before
  const about = aboutCategory(category, lines, files)
  return about.length > 0 ? about : named
}

function namedLine(said: string, files: readonly SentText[]): readonly EditPlace[] {
  const [, number, text = ''] = /^(\d+):\s*(.*)$/.exec(said) ?? []
  if (number === undefined) return []
  const same = placesIn(files, line => line.trim() !== '' && line.trim().slice(0, 60) === text.trim().slice(0, 60))
  return same
    .filter(({ line }) => line === Number(number))
    .concat(same)
    .slice(0, 1)
}

function aboutCategory(
  category: string | null,
  lines: readonly string[],
  files: readonly SentText[],
): readonly EditPlace[] {
  if (category === 'missing-basis') {
    // "failed to locate basis br_6-311+g(2d,p) in file ...": the element, and the name in the library.
    const [, element = '', basis = ''] = /basis ([a-z]+)_(\S+) in file/i.exec(lines.join('\n')) ?? []
    const libraries = placesIn(files, line => LIBRARY.test(line))
    const exact = libraries.filter(({ text }) => basis !== '' && text.toLowerCase().includes(basis.toLowerCase()))
    const atoms = placesIn(files, line => element !== '' && new RegExp(`^\\s*${element}\\d*\\s+-?\\d`, 'i').test(line))
    return [...(exact.length > 0 ? exact : libraries), ...atoms.slice(0, 1)]
  }
  if (category === 'multiplicity') {
    const said = placesIn(files, line => SPIN.test(line))
    return said.length > 0 ? said : placesIn(files, line => /^\s*(dft|scf|task)\b/i.test(line)).slice(0, 1)
  }
  if (category === 'geometry') return placesIn(files, line => /^\s*geometry\b/i.test(line)).slice(0, 1)
  const words = quoted(lines)
  return words.length > 0 ? placesIn(files, line => holds(line, words)) : []
}
