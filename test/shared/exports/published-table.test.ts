import { expect, test } from 'vitest'
import { publishedHtml, publishedText } from '../../../shared/exports/published-html.ts'
import { publishedLatex } from '../../../shared/exports/published-latex.ts'
import { knownOf } from '../../../shared/model/known.ts'
import { delta50 } from '../../../shared/nmr/delta50.ts'
import { publishedTable, statisticsRows } from '../../../shared/workflows/index.ts'
import { ref, shieldings } from '../workflows/fake-run.ts'
import { plannedCampaign } from '../workflows/planned-campaign.ts'

const table = {
  title: 'Accuracy, 2 & more',
  columns: [
    { head: 'Level', align: 'left' },
    { head: 'R² of ¹³C in CDCl₃', align: 'right' },
  ],
  rows: [
    ['B3LYP/6-31G*_{x}', '0.99'],
    ['ωB97X-D ~ 50 %', '−0.5'],
    ['[x]', '|y| > 1'],
  ],
  notes: ['σ = slope · δ; 1 < 2\n\nand "so"', '\\input{/etc/passwd} ^ #$&'],
} as const

test('LaTeX: every text of the table is set as text, whatever it holds', () => {
  expect(
    publishedLatex(table),
  ).toBe(String.raw`% \usepackage{booktabs,graphicx}; larger across the page: \usepackage{rotating}, and sidewaystable in the place of table
\begin{table}
  \centering\footnotesize\setlength{\tabcolsep}{3pt}
  \caption{Accuracy, 2 \& more.}
  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%
  \begin{tabular}{lr}
    \toprule
    Level & R$^{2}$ of $^{13}$C in CDCl$_{3}$ \\
    \midrule
    B3LYP/6-31G*\_\{x\} & 0.99 \\
    $\omega$B97X-D \textasciitilde{} 50 \% & $-$0.5 \\
    {[}x] & $|$y$|$ $>$ 1 \\
    \bottomrule
  \end{tabular}}
  \par\smallskip\raggedright $\sigma$ = slope $\cdot$ $\delta$; 1 $<$ 2 and "so"
  \par\smallskip\raggedright \textbackslash{}input\{/etc/passwd\} \textasciicircum{} \#\$\&
\end{table}
`)
})

test('LaTeX: notes that no page would hold beside the table follow it as text', () => {
  const all = publishedLatex({ ...table, notes: Array.from({ length: 100 }, (_, i) => `molecule ${i} `.repeat(10)) })
  expect(all).toMatch(/\\end\{table\}\n\{\\footnotesize\n.*molecule 0 .*molecule 99 .*\\par\}\n$/s)
})

test('HTML: a table that word processors take as one, its texts escaped', () => {
  expect(publishedHtml({ ...table, title: '<b>', notes: ['1 < 2 & "so"'] })).toBe(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>&lt;b&gt;</title></head><body>
<p><b>&lt;b&gt;</b></p>
<table border="1" cellspacing="0" cellpadding="4">
<thead><tr><th align="left">Level</th><th align="right">R² of ¹³C in CDCl₃</th></tr></thead>
<tbody>
<tr><td align="left">B3LYP/6-31G*_{x}</td><td align="right">0.99</td></tr>
<tr><td align="left">ωB97X-D ~ 50 %</td><td align="right">−0.5</td></tr>
<tr><td align="left">[x]</td><td align="right">|y| &gt; 1</td></tr>
</tbody>
</table>
<p>1 &lt; 2 &amp; &quot;so&quot;</p>
</body></html>
`)
})

test('text: cells between tabs, which no cell holds itself', () => {
  expect(publishedText({ ...table, rows: [['a\tb', 'c\nd']], notes: ['note'] })).toBe(
    'Accuracy, 2 & more\nLevel\tR² of ¹³C in CDCl₃\na b\tc d\nnote\n',
  )
})

test('a campaign’s table says with n what is not in it and why, with what it was computed, and from which inputs', () => {
  const molecules = ['compound_02', 'compound_03', 'compound_07']
  const run = plannedCampaign({ molecules: '2,3,7', solvents: 'chcl3,dmso', levels: 'B3LYP' })
  for (const id of molecules) run.complete(`${id}/opt_chcl3`, { geometry: ref(id) })
  run.plan()
  for (const id of molecules.slice(0, 2)) {
    const molecule = delta50.molecules.find(each => each.id === id)
    const sigma = molecule?.elements.map((element, i) => (element === 'C' ? 170 - 20 * i : 31 - 0.5 * i)) ?? []
    run.complete(`${id}/B3LYP-6-311+G(2d,p)_chcl3`, {
      shieldings: shieldings(molecule?.elements ?? [], sigma),
      version: '7.0.2',
      dielectric: 4.7113,
    })
  }
  run.end('compound_07/B3LYP-6-311+G(2d,p)_chcl3', 'failed', 'the SCF did not converge')
  const { rows, columns, notes } = publishedTable(knownOf(run.state(), run.run()))
  expect(rows.map(row => row.slice(0, 3))).toEqual([
    ['B3LYP/6-311+G(2d,p)', 'CDCl3', '¹H'],
    ['B3LYP/6-311+G(2d,p)', 'CDCl3', '¹³C'],
  ])
  expect(rows.every(row => row.length === columns.length)).toBe(true)
  const said = notes.join('\n')
  expect(said).toContain('NWChem 7.0.2: GIAO shieldings; geometries B3LYP/6-31G*, optimised in each solvent')
  expect(said).toContain('COSMO: chcl3 (ε = 4.7113) for CDCl3, dmso for DMSO-d6')
  expect(said).toContain('Not in the table: ')
  expect(said).toContain('B3LYP/6-311+G(2d,p) in CDCl3 (the SCF did not converge)')
  expect(said).toContain('Provisional: 3 of 6 calculations are not done yet.')
  expect(said).toContain('doi 10.3390/molecules28062449')
  expect(said).toContain('anisole 13C: the numbering')
  expect(said).toContain(`campaign ${run.run().id}, started 2026-01-01`)
})

test('a nucleus of which too little is there for a line is not left out silently', () => {
  const few = (of: readonly { readonly nucleus: string }[]) => of.filter(({ nucleus }) => nucleus === '13C').length < 3
  const small = delta50.molecules.find(({ environments }) => few(environments))
  const id = small?.id ?? ''
  const run = plannedCampaign({ molecules: id, solvents: 'chcl3', levels: 'HF' })
  run.complete(`${id}/opt_chcl3`, { geometry: ref(id) })
  run.plan()
  const sigma = small?.elements.map((_, i) => 100 - i) ?? []
  run.complete(`${id}/HF-6-311+G(2d,p)_chcl3`, { shieldings: shieldings(small?.elements ?? [], sigma) })
  const known = knownOf(run.state(), run.run())
  const { notes } = publishedTable(known)
  const [head = [], ...rows] = statisticsRows(known)
  const fewCarbons = rows.find(([, , nucleus]) => nucleus === '13C')
  expect(fewCarbons).toHaveLength(head.length)
  expect(fewCarbons?.at(-1)).toMatch(/^no line can be fitted/)
  expect(notes.join('\n')).toMatch(/no line can be fitted: .*¹³C by HF\/6-311\+G\(2d,p\) in CDCl3 \(n = [12]\)/)
})
