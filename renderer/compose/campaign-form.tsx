import { type FormEvent, useDeferredValue, useMemo, useRef, useState } from 'react'
import type { RunId } from '../../shared/ids.ts'
import { LOCAL, localMachine, type Machine } from '../../shared/model/machine.ts'
import type { Fault } from '../../shared/result.ts'
import { useKeys } from '../keys/use-keys.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import { go } from '../route.ts'
import type { CampaignCosts } from './campaign-costs.ts'
import { type CampaignDraft, forgetCampaignDraft, saveCampaignDraft, useCampaignDraft } from './campaign-draft.ts'
import { CampaignMethod } from './campaign-method.tsx'
import { CampaignSetFields } from './campaign-set.tsx'
import { ComposeFoot } from './compose-foot.tsx'
import { ComposeKinds } from './compose-kinds.tsx'
import { useEarlierJobs } from './earlier-campaigns.ts'
import { useFinishes } from './finish.ts'
import { MachineTable } from './machine-table.tsx'
import { planCampaignDraft } from './plan-campaign.ts'
import { faultText } from './plan-draft.ts'
import { Preview } from './preview.tsx'
import { ResourceFields } from './resource-fields.tsx'
import { newRunId } from './run-id.ts'
import { startRuns } from './start-runs.ts'
import { useCampaignCosts } from './use-campaign-costs.ts'
import { useOnceSettled } from './use-once-settled.ts'

/** A benchmark campaign before it is started: what is computed, where, and what it will take. */
export function CampaignForm() {
  const { engine } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const [draft, change] = useCampaignDraft()
  const settled = useDeferredValue(draft)
  const [refused, setRefused] = useState<Fault | null>(null)
  const [starting, setStarting] = useState(false)
  const id = useRef<RunId | null>(null)
  id.current ??= newRunId()
  const run = id.current
  const machines: Readonly<Record<string, Machine>> = state.machines
  const machine = machines[settled.machine] ?? state.machines[LOCAL] ?? localMachine
  const earlier = useEarlierJobs()
  const plan = useMemo(() => planCampaignDraft(settled, machine), [settled, machine])
  const { params } = plan
  const costs = useCampaignCosts(params, machine.name, state, earlier)
  const finishes = useFinishes(costs?.lengths ?? NOT_YET, state)
  const fault = refused ?? plan.fault
  const faultAt = (field: string) => (fault?.field === field ? fault : null)
  const missing = faultText(fault)
  const edit = (part: Partial<CampaignDraft>) => {
    setRefused(null)
    change(part)
  }

  const startOnceSettled = useOnceSettled(settled === draft, start)
  async function start(event?: FormEvent): Promise<void> {
    event?.preventDefault()
    if (offline !== null) return saveCampaignDraft()
    if (settled !== draft) return startOnceSettled()
    if (missing !== null || starting || plan.start === null) return
    setStarting(true)
    const started = await startRuns(engine, [{ ...plan.start, run }], machine)
    setStarting(false)
    setRefused(started.ok ? null : started.fault)
    if (!started.ok) return
    id.current = null
    forgetCampaignDraft()
    go('benchmarks', run)
  }
  useKeys({ submit: () => start() })

  return (
    <form className="compose" onSubmit={start} noValidate>
      <div className="compose-form">
        <header>
          <div className="row between">
            <h1>New campaign</h1>
            <ComposeKinds chosen="campaign" />
          </div>
          <p className="hint">
            Molecules with measured shifts, computed at several levels and in several solvents: how accurate each is,
            and the factors that follow.
          </p>
        </header>
        <CampaignSetFields draft={draft} set={plan.set} faultAt={faultAt} edit={edit} />
        <CampaignMethod draft={draft} faultAt={faultAt} edit={edit} />
        <ResourceFields draft={draft} faultAt={faultAt} edit={edit}>
          <MachineTable
            state={state}
            machine={machine.name}
            finishes={finishes}
            onChoose={name => edit({ machine: name })}
          />
        </ResourceFields>
      </div>
      <div className="compose-side">
        <Preview
          previewed={plan.previewed}
          empty="Decks and scripts of the first molecule stand here as soon as the form is complete."
          machine={machine}
          run={run}
        />
        <ComposeFoot
          figure={costs?.estimate ?? (params === null ? '' : 'What it takes is being estimated…')}
          cost={plan.warnings.join('. ')}
          fault={fault && !FIELDS.includes(fault.field ?? '') ? fault : null}
          missing={missing}
          starting={starting}
          offline={offline}
          onSave={saveCampaignDraft}
          start="Start campaign"
        />
      </div>
    </form>
  )
}

const NOT_YET: CampaignCosts['lengths'] = new Map()

/** Fields that show their own fault. */
const FIELDS = [
  'set',
  'molecules',
  'pilot',
  'levels',
  'solvents',
  'program',
  'geometry',
  'order',
  'max-failures',
  'machine',
  'ranks',
  'memory',
  'time',
]
