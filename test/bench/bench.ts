/**
 * `npm run bench`: each budget of the design that exists so far, measured here and now, as a JSON list of
 * { what, measured, budget, unit, met, beside } on standard output. Machines are noisy: compare ratios within one run. No
 * test depends on these figures.
 */
import { measureEngine } from './engine.ts'
import type { Measurement } from './measurement.ts'
import { measureReader } from './reader.ts'
import { measureState } from './state.ts'
import { measureStore } from './store.ts'
import { measureSubmission } from './submission.ts'

const measured: Measurement[] = []
for (const measure of [measureStore, measureState, measureReader, measureEngine, measureSubmission]) {
  process.stderr.write(`${measure.name} ...\n`)
  measured.push(...(await measure()))
}
process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`)
