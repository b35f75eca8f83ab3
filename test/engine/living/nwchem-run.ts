import { chmod, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { refOf } from '../../../electron/engine/store/content-ref.ts'
import type { Engine } from '../../../shared/contract.ts'
import type { Json, RunId } from '../../../shared/ids.ts'
import { LOCAL, localMachine } from '../../../shared/model/machine.ts'
import type { NwchemCalculation } from '../../../shared/programs/index.ts'
import { orThrow } from '../../../shared/result.ts'
import type { Startable } from './command-run.ts'

export const hydrogen = '2\nhydrogen\nH 0 0 0\nH 0 0 0.80\n'
export const methanol =
  '6\nmethanol\nC -0.0503 0.6685 0.0\nO -0.0503 -0.7585 0.0\nH -1.0807 1.0417 0.0\nH 0.4650 1.0417 0.8924\nH 0.4650 1.0417 -0.8924\nH 0.8544 -1.0417 0.0\n'

/** A run of one NWChem job of a geometry, by its key. */
export function nwchemRun(run: string, key: string, xyz: string, level: Partial<NwchemCalculation>): Startable {
  const input: NwchemCalculation = {
    kind: 'calculation',
    task: 'sp',
    geometry: { ...refOf(xyz) },
    atoms: xyz.trim().split('\n').length - 2,
    title: run,
    charge: 0,
    multiplicity: 1,
    xc: 'B3LYP',
    basis: 'STO-3G',
    shielding: null,
    solvent: 'gas',
    max_cycles: 30,
    autoz: true,
    ...level,
  }
  const resources = { ranks: 1, memory_mb: 600, seconds: 3600 }
  const params = { jobs: [{ key, machine: LOCAL, program: 'nwchem', input, resources }] } as unknown as Json
  return {
    run: run as RunId,
    texts: [xyz],
    command: { type: 'run.start', run: run as RunId, name: run, workflow: 'single', machine: LOCAL, params },
  }
}

/**
 * Makes this computer use NWChem through a script that first says to the witness's log that it began, under the name
 * of the job's folder. `nwchem` may be one that is held.
 */
export async function setWitnessedNwchem(engine: Engine, home: string, log: string, nwchem = 'nwchem'): Promise<void> {
  const wrapper = join(dirname(home), 'witnessed-nwchem')
  await writeFile(wrapper, `#!/bin/sh\nprintf 'began %s %s\\n' "\${PWD##*/}" "$$" >>'${log}'\nexec ${nwchem} "$@"\n`)
  await chmod(wrapper, 0o755)
  const settings = { ...localMachine.settings, programs: { nwchem: wrapper } }
  orThrow(await engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
}
