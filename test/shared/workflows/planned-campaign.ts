import { localMachine } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'
import { type CampaignArguments, delta50Set, resolveCampaign, workflows } from '../../../shared/workflows/index.ts'
import { fakeRun, ref } from './fake-run.ts'

/** A campaign of DELTA50 by these arguments, its first jobs planned. */
export function plannedCampaign(args: CampaignArguments) {
  const { params } = orThrow(
    resolveCampaign(args, delta50Set, {
      machine: localMachine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf: text => ref(text.slice(0, 40)),
    }),
  )
  const run = fakeRun(workflows.campaign, params as never)
  run.plan()
  return run
}

/** One of acetonitrile at one level in chloroform: its optimisation is `compound_05/opt_chcl3`. */
export function oneMoleculeCampaign() {
  return plannedCampaign({ molecules: '5', solvents: 'chcl3', levels: 'HF/STO-3G' })
}
