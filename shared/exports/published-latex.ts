import type { PublishedTable } from '../workflows/index.ts'

/** A table that floats is on one page: with more signs than these its notes follow it as text, and may go over several. */
const MOST_BELOW = 5000

/**
 * The table in LaTeX, no wider than the text, with its notes below it; wants the packages booktabs and graphicx. Every text
 * in it is data, and set as such.
 */
export function publishedLatex({ title, columns, rows, notes }: PublishedTable): string {
  const line = (cells: readonly string[]) => `    ${cells.map(latexOf).join(' & ')} \\\\`
  const below = notes.map(note => `  \\par\\smallskip\\raggedright ${latexOf(note)}`)
  const isLong = below.join('').length > MOST_BELOW
  return [
    '% \\usepackage{booktabs,graphicx}; larger across the page: \\usepackage{rotating}, and sidewaystable in the place of table',
    '\\begin{table}',
    '  \\centering\\footnotesize\\setlength{\\tabcolsep}{3pt}',
    `  \\caption{${latexOf(title)}.}`,
    '  \\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%',
    `  \\begin{tabular}{${columns.map(({ align }) => align[0]).join('')}}`,
    '    \\toprule',
    line(columns.map(({ head }) => head)),
    '    \\midrule',
    ...rows.map(line),
    '    \\bottomrule',
    '  \\end{tabular}}',
    ...(isLong ? ['\\end{table}', '{\\footnotesize', ...below, '  \\par}'] : [...below, '\\end{table}']),
    '',
  ].join('\n')
}

const GREEK =
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau upsilon phi chi psi omega'.split(
    ' ',
  )

/** Signs that mean something to LaTeX, or that its usual fonts lack. */
const SIGNS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '±': '$\\pm$',
  '·': '$\\cdot$',
  '×': '$\\times$',
  '–': '--',
  // The usual font has other signs in the places of these three, and after the end of a row `[` begins an argument.
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '[': '{[}',
  '\u2009': '\\,',
  ...Object.fromEntries([...'&%$#_{}'].map(sign => [sign, `\\${sign}`])),
  ...Object.fromEntries(GREEK.map((name, i) => [String.fromCodePoint(0x3b1 + i), `$\\${name}$`])),
  ο: 'o',
}

function latexOf(text: string): string {
  // No line break: an empty line would end the paragraph within an argument.
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll(
      /[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[₀₁₂₃₄₅₆₇₈₉]+|./gsu,
      part => SIGNS[part] ?? raised(part, '⁰¹²³⁴⁵⁶⁷⁸⁹', '^') ?? raised(part, '₀₁₂₃₄₅₆₇₈₉', '_') ?? part,
    )
}

/** `$^{13}$` of ¹³; null where the part is none of these digits. */
function raised(part: string, digits: string, sign: '^' | '_'): string | null {
  return digits.includes(part[0] ?? ' ') ? `$${sign}{${[...part].map(each => digits.indexOf(each)).join('')}}$` : null
}
