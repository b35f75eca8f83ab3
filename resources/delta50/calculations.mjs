/**
 * `node resources/delta50/calculations.mjs keep|take DATA_FOLDER`: the way from shipped shieldings to calculations and back.
 *
 * keep: the shipped optimised geometries and shieldings become calculations of the data folder, so that
 * `larmor campaign start delta50 --levels B3LYP --solvents chcl3` there computes only the molecules that are missing.
 * take: what that campaign has computed since is added to sigma-own-geometries.json. Then run write-factors.mjs.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundle } from '../../test/run-ts.mjs'

const [, , what, home] = process.argv
if ((what !== 'keep' && what !== 'take') || home === undefined) {
  console.error('node resources/delta50/calculations.mjs keep|take DATA_FOLDER')
  process.exit(2)
}
const at = new URL('sigma-own-geometries.json', import.meta.url)
const { molecules: known, ...head } = JSON.parse(readFileSync(at, 'utf8'))
const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.delta50-', import.meta.url)))
try {
  const load = async path => import(pathToFileURL(await bundle(path, mkdtempSync(join(folder, 'm-')))).href)
  const { openBlobs } = await load('electron/engine/store/blobs.ts')
  const { openCalculations } = await load('electron/engine/store/calculations.ts')
  const { keepOwnGeometries, findOwnGeometries } = await load('resources/delta50/own-geometries.ts')
  const store = { blobs: openBlobs(join(home, 'blobs')), calculations: openCalculations(join(home, 'calculations')) }
  if (what === 'keep') console.log(`${await keepOwnGeometries(store, known)} molecules are kept in ${home}`)
  else {
    const found = (await findOwnGeometries(store)).filter(({ id }) => !known.some(each => each.id === id))
    const all = [...known, ...found].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const lines = [
      ...Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`),
      '  "molecules": [',
      all.map(each => `    ${JSON.stringify(each)}`).join(',\n'),
      '  ]',
    ]
    writeFileSync(at, `{\n${lines.join('\n')}\n}\n`)
    console.log(`${found.length} molecules were added: ${found.map(({ id }) => id).join(', ') || 'none is new'}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
