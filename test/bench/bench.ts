/**
 * `npm run bench`: each budget, measured here and now, as a JSON list of
 * { what, measured, budget, unit, met, beside } on standard output. Machines are noisy: compare ratios within one run. No
 * test depends on these figures.
 */
import { measureEngine } from './engine.ts'
import type { Measurement } from './measurement.ts'
import { measureReader } from './reader.ts'
import { measureState } from './state.ts'
import { measureStore } from './store.ts'
import { measureSubmission } from './submission.ts'
import { measureThumbnails } from './thumbnails.ts'
import { measureWindow } from './window.ts'

/** `npm run bench -- window` measures only what has one of these words in its name. */
const words = process.argv.slice(2).map(word => word.toLowerCase())
const all = [
  measureStore,
  measureState,
  measureReader,
  measureEngine,
  measureSubmission,
  measureWindow,
  measureThumbnails,
]
const measured: Measurement[] = []
for (const measure of all) {
  if (words.length > 0 && !words.some(word => measure.name.toLowerCase().includes(word))) continue
  process.stderr.write(`${measure.name} ...\n`)
  measured.push(...(await measure()))
}
process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`)
