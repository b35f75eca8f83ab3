/**
 * `node resources/delta50/write-factors.mjs`: fits factors.json anew from the shieldings in this folder, each set for
 * itself. Run it after shieldings were added.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundle } from '../../test/run-ts.mjs'

const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.factors-', import.meta.url)))
try {
  const { fitOf } = await import(pathToFileURL(await bundle('shared/nmr/own-fit.ts', folder)).href)
  const names = readdirSync(new URL('.', import.meta.url)).filter(name => name.startsWith('sigma-'))
  const fits = names.toSorted().map(name => {
    const set = JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
    return { nearness: set.geometry === 'B3LYP/6-31G*' ? 'exact' : 'near', ...fitOf(set) }
  })
  const about =
    "Larmor's own factors: delta = slope * sigma + intercept (direct form), ppm, from sigma regressed on delta. exact: geometries optimised at the level that nmr uses; near: the gas-phase geometries of the SI."
  writeFileSync(new URL('factors.json', import.meta.url), `${JSON.stringify({ about, fits }, null, 2)}\n`)
  for (const { nearness, level, molecules, factors } of fits)
    for (const { nucleus, n, rmsd_ppm, expected_error_ppm } of factors)
      console.log(
        nearness,
        level,
        `${molecules.length} molecules`,
        nucleus,
        `n ${n}`,
        `RMSD ${rmsd_ppm}`,
        `left out ${expected_error_ppm}`,
      )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
