import { useEffect, useMemo, useState } from 'react'
import { type EarlierCampaign, fittedOf } from '../../shared/compose/before-campaign.ts'
import type { Job } from '../../shared/model/job.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { values } from '../../shared/model/table.ts'
import type { FactorText } from '../../shared/nmr/references.ts'
import { jobsOf } from '../../shared/show/status.ts'
import type { BrowserEngine } from '../engine-client.ts'
import { useEngineState, useLarmor } from '../larmor.ts'

/** Campaigns of the archive that are looked into. */
const MOST_ARCHIVED = 20

/** Archived runs never change: they are asked for once, and again when a campaign came or went into the archive. */
let archived: {
  readonly of: BrowserEngine
  readonly here: number
  readonly all: Promise<readonly EarlierCampaign[]>
} | null = null

async function readArchive(engine: BrowserEngine): Promise<readonly EarlierCampaign[]> {
  const list = await engine.archivedRuns()
  if (!list.ok) return []
  const campaigns = list.value.filter(({ workflow }) => workflow === 'campaign').slice(0, MOST_ARCHIVED)
  const read = await Promise.all(campaigns.map(({ id }) => engine.archivedRun(id)))
  return read.flatMap(each => (each.ok ? [each.value] : []))
}

/** The campaigns of the archive, the newest first. */
export function useArchivedCampaigns(): readonly EarlierCampaign[] {
  const { engine } = useLarmor()
  const here = campaignsOf(useEngineState()).length
  const [shelved, setShelved] = useState<readonly EarlierCampaign[]>([])
  useEffect(() => {
    if (archived?.of !== engine || archived.here !== here) archived = { of: engine, here, all: readArchive(engine) }
    let gone = false
    archived.all.then(found => {
      if (!gone) setShelved(found)
    })
    return () => {
      gone = true
    }
  }, [engine, here])
  return shelved
}

/** The campaigns that were started before, those of the archive first. */
function useEarlierCampaigns(): readonly EarlierCampaign[] {
  const state = useEngineState()
  const shelved = useArchivedCampaigns()
  // As they were when one of them last began or ended: what happens between does not change what is learnt by much.
  const when = campaignsOf(state).map(({ id, phase }) => `${id} ${phase.is}`)
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  return useMemo(
    () => [...shelved, ...campaignsOf(state).map(run => ({ run, jobs: jobsOf(state, run) }))],
    [shelved, when.join()],
  )
}

/** The factors that they have fitted, for the choice of a reference. */
export function useFittedFactors(): readonly FactorText[] {
  const earlier = useEarlierCampaigns()
  return useMemo(() => fittedOf(earlier), [earlier])
}

/** Their jobs, whose results are not computed again. */
export function useEarlierJobs(): readonly Job[] {
  const earlier = useEarlierCampaigns()
  return useMemo(() => earlier.flatMap(({ jobs }) => jobs), [earlier])
}

function campaignsOf(state: State): readonly Run[] {
  return [...values(state.runs)].filter(({ workflow }) => workflow === 'campaign')
}
