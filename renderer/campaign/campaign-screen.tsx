import { useMemo } from 'react'
import { useArchivedCampaigns } from '../compose/earlier-campaigns.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { address } from '../route.ts'
import { RunList } from '../runs/run-list.tsx'
import { type RunSummary, summarize } from '../runs/summary.ts'
import type { ScreenProps } from '../screens.tsx'
import { CampaignPage } from './campaign-page.tsx'
import { Comparison } from './comparison.tsx'
import './campaign.css'

/** Benchmark campaigns: their list with how accurate each was, or the one that the address names. */
export function CampaignScreen({ path: [wanted] }: ScreenProps) {
  const { engine } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const runs = useMemo(() => summarize(state).filter(({ run }) => run.workflow === 'campaign'), [state])
  const chosen = runs.find(({ run }) => run.id === wanted)
  if (chosen)
    return <CampaignPage key={chosen.run.id} engine={engine} state={state} summary={chosen} offline={offline} />
  if (wanted !== undefined) {
    return (
      <p className="hint pad">
        There is no campaign “{wanted}” here. It may be archived; <a href={address('results')}>look in the results</a>.
      </p>
    )
  }
  return <CampaignList runs={runs} />
}

function CampaignList({ runs }: { readonly runs: readonly RunSummary[] }) {
  const archived = useArchivedCampaigns()
  if (runs.length === 0 && archived.length === 0) {
    return (
      <p className="empty">
        No campaign was started yet. <a href={address('new', 'campaign')}>Start one, with a pilot of DELTA50.</a>
      </p>
    )
  }
  return (
    <>
      {runs.length > 0 ? <RunList runs={runs} title="Campaigns" /> : null}
      <p className="pad">
        <a className="button" href={address('new', 'campaign')}>
          New campaign
        </a>
      </p>
      <Comparison runs={runs} archived={archived} />
    </>
  )
}
