/**
 * `node resources/delta50/calculations.mjs keep|take DATA_FOLDER`: the way from shipped shieldings to calculations and back.
 *
 * keep: the shipped optimised geometries, and the shieldings on them at each level, become calculations of the data
 * folder, so that a campaign there computes only what is missing.
 * take: what such campaigns have computed since is added to the sigma-*.json of its level. Then run write-factors.mjs.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundle } from '../../test/run-ts.mjs'

const [, , what, home] = process.argv
if ((what !== 'keep' && what !== 'take') || home === undefined) {
  console.error('node resources/delta50/calculations.mjs keep|take DATA_FOLDER')
  process.exit(2)
}
const read = name => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
const OWN = 'sigma-own-geometries.json'
const own = read(OWN)
/** Those of the other levels on the same geometries. */
const others = readdirSync(new URL('.', import.meta.url)).filter(
  name => name.startsWith('sigma-') && name !== OWN && read(name).geometry === own.geometry,
)

/** Adds the rows whose molecules the file does not hold yet. */
function add(name, found) {
  const { molecules: known, ...head } = read(name)
  const fresh = found.filter(({ id }) => !known.some(each => each.id === id))
  const all = [...known, ...fresh].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const lines = [
    ...Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`),
    '  "molecules": [',
    all.map(each => `    ${JSON.stringify(each)}`).join(',\n'),
    '  ]',
  ]
  writeFileSync(new URL(name, import.meta.url), `{\n${lines.join('\n')}\n}\n`)
  console.log(
    `${head.level}: ${fresh.length} molecules were added: ${fresh.map(({ id }) => id).join(', ') || 'none is new'}`,
  )
  return all
}

const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.delta50-', import.meta.url)))
try {
  const load = async path => import(pathToFileURL(await bundle(path, mkdtempSync(join(folder, 'm-')))).href)
  const { openBlobs } = await load('electron/engine/store/blobs.ts')
  const { openCalculations } = await load('electron/engine/store/calculations.ts')
  const { keepOwnGeometries, keepShieldings, findOwnGeometries, findShieldings } = await load(
    'resources/delta50/own-geometries.ts',
  )
  const store = { blobs: openBlobs(join(home, 'blobs')), calculations: openCalculations(join(home, 'calculations')) }
  if (what === 'keep') {
    const kept = [[own.level, await keepOwnGeometries(store, own.molecules)]]
    for (const { level, molecules } of others.map(read))
      kept.push([level, await keepShieldings(store, level, own.molecules, molecules)])
    console.log(`kept in ${home}: ${kept.map(([level, n]) => `${n} molecules at ${level}`).join(', ')}`)
  } else {
    const geometries = add(OWN, await findOwnGeometries(store))
    for (const name of others) {
      const found = await findShieldings(store, read(name).level)
      // Shieldings on a geometry that was optimised anew belong to that one, not to the shipped one.
      const onShipped = found.filter(({ id, geometry }) => {
        const shipped = geometries.find(each => each.id === id)?.geometry
        return shipped?.join() === geometry.join()
      })
      add(
        name,
        onShipped.map(({ id, cpu_s, sigma_ppm }) => ({ id, cpu_s, sigma_ppm })),
      )
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
