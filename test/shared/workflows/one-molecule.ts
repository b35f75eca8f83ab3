import { localMachine } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'
import { delta50Set, resolveCampaign, workflows } from '../../../shared/workflows/index.ts'
import { fakeRun, ref } from './fake-run.ts'

/** A campaign of acetonitrile at one level in chloroform, planned: its optimisation is `compound_05/opt_chcl3`. */
export function oneMoleculeCampaign() {
  const { params } = orThrow(
    resolveCampaign({ molecules: '5', solvents: 'chcl3', levels: 'HF/STO-3G' }, delta50Set, {
      machine: localMachine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
      refOf: text => ref(text.slice(0, 20)),
    }),
  )
  const run = fakeRun(workflows.campaign, params as never)
  run.plan()
  return run
}
