import { useEffect, useMemo, useRef, useState } from 'react'
import type { Job } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { State } from '../../shared/model/state.ts'
import { type CampaignParams, foundAmong } from '../../shared/workflows/index.ts'
import type { CampaignCosts } from './campaign-costs.ts'
import type { AnsweredCosts, AskedCosts } from './campaign-costs.worker.ts'
import { sideBySide } from './finish.ts'

/** Until nobody has typed for so long nothing is foretold. */
const CALM_MS = 400

/**
 * What a campaign would take, on the machine of the form and on each other; null while that is not known yet, and while
 * what is to be computed changes still. It is told by a worker: the hundreds of draws would hold up who types.
 */
export function useCampaignCosts(
  params: CampaignParams | null,
  machine: string,
  state: State,
  earlier: readonly Job[],
): CampaignCosts | null {
  const { machines, times } = state
  const said = JSON.stringify(params)
  // What says the same is the same question.
  // biome-ignore lint/correctness/useExhaustiveDependencies: params are told by what they say
  const asked = useMemo(
    () => ({ said, params, machine, machines, times, earlier }),
    [said, machine, machines, times, earlier],
  )
  const [told, tell] = useState<{ readonly of: typeof asked; readonly costs: CampaignCosts } | null>(null)
  const worker = useRef<Worker | null>(null)
  const last = useRef(0)
  useEffect(
    () => () => {
      worker.current?.terminate()
      worker.current = null
    },
    [],
  )
  useEffect(() => {
    const { params: wanted, ...beside } = asked
    last.current += 1
    const n = last.current
    if (wanted === null) return
    const timer = setTimeout(() => {
      worker.current ??= new Worker(new URL('./campaign-costs.worker.ts', import.meta.url), { type: 'module' })
      worker.current.onmessage = ({ data }: MessageEvent<AnsweredCosts>) => {
        if (data.n === n) tell({ of: asked, costs: data.costs })
      }
      const before = Object.values<Machine>(beside.machines).map(each => ({
        name: each.name,
        times: beside.times?.[each.name] ?? [],
        found: foundAmong(beside.earlier, wanted, each),
        side: sideBySide(each, wanted.resources.ranks),
      }))
      const question: AskedCosts = { n, question: { params: wanted, machine: beside.machine, machines: before } }
      worker.current.postMessage(question)
    }, CALM_MS)
    return () => clearTimeout(timer)
  }, [asked])
  // What happens on the machines meanwhile moves it by little: until it is told anew it stays.
  return told?.of.said === said && told.of.machine === machine ? told.costs : null
}
