import type { Engine } from '../../shared/contract.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import type { EditPlace } from '../../shared/programs/index.ts'
import { type Offer, remediesOf } from '../../shared/remedies/index.ts'
import { type ChangeDiff, changeContents, changeDiff } from '../../shared/show/change-diff.ts'
import { editPlaces, placeContents } from '../../shared/show/edit-places.ts'

/** A job that did not change has the same remedies, unless its machine has other limits. */
const known = new WeakMap<Job, { readonly machine: Machine | undefined; readonly offers: readonly Offer[] }>()

/** The remedies that the engine would take for this job, the likeliest first. */
export function fixesOf(state: Pick<State, 'machines'>, job: Job): readonly Offer[] {
  const machine = (state.machines as Readonly<Record<string, Machine>>)[job.machine]
  const before = known.get(job)
  if (before && before.machine?.settings === machine?.settings) return before.offers
  const offers = remediesOf(job, machine)
  known.set(job, { machine, offers })
  return offers
}

/** What a remedy would change in the input and in what is asked of the machine; a sentence where that cannot be shown. */
export async function diffOf(engine: Engine, job: Job, offer: Offer): Promise<ChangeDiff | string> {
  const texts = new Map<string, string>()
  for (const ref of changeContents(job, [offer])) {
    const text = await engine.read(ref)
    if (!text.ok) return text.fault.message
    texts.set(ref.sha256, text.value)
  }
  try {
    return changeDiff(job, offer, ({ sha256 }) => {
      const text = texts.get(sha256)
      if (text === undefined) throw new Error('its input is no longer on this computer')
      return text
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Where to edit the input of a job that only an edit helps; none where the input is no longer on this computer. */
export async function placesOf(engine: Engine, job: Job): Promise<readonly EditPlace[]> {
  const texts = new Map<string, string>()
  for (const ref of placeContents(job)) {
    const text = await engine.read(ref)
    if (text.ok) texts.set(ref.sha256, text.value)
  }
  return editPlaces(job, texts)
}
