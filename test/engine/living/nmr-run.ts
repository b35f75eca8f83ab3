import { refOf } from '../../../electron/engine/store/content-ref.ts'
import type { Json, RunId } from '../../../shared/ids.ts'
import { LOCAL, localMachine } from '../../../shared/model/machine.ts'
import { orThrow } from '../../../shared/result.ts'
import { type NmrArguments, resolveNmr } from '../../../shared/workflows/index.ts'
import type { Startable } from './command-run.ts'

/** An nmr run of a SMILES on this computer, as the terminal would start it. */
export function nmrRun(run: string, smiles: string, args: Omit<NmrArguments, 'input'>): Startable {
  const structure = { format: 'smiles', text: smiles } as const
  const { name, params, texts } = orThrow(
    resolveNmr({ ...args, input: smiles }, structure, { machine: localMachine, refOf }),
  )
  return {
    run: run as RunId,
    texts,
    command: {
      type: 'run.start',
      run: run as RunId,
      name,
      workflow: 'nmr',
      machine: LOCAL,
      params: params as unknown as Json,
    },
  }
}
