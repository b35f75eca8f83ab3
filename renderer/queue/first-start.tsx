import { useState } from 'react'
import { LOCAL } from '../../shared/model/machine.ts'
import { setDraft, useDraft } from '../compose/draft.ts'
import { doCommand } from '../keys/use-keys.ts'
import { useEngineState, useLarmor } from '../larmor.ts'
import { useActivity } from '../machines/use-channel.ts'
import { address, go } from '../route.ts'
import { programText } from '../runs/words.ts'
import './first-start.css'

const EXAMPLE = 'CC(O)CC'

/** Nothing was ever run here: one field, one button, and what else there may be to begin with. Nothing is contacted by it. */
export function FirstStart() {
  const [{ smiles }] = useDraft()
  const [typed, type] = useState(smiles ?? EXAMPLE)
  return (
    <div className="first-start">
      <div>
        <form
          onSubmit={event => {
            event.preventDefault()
            setDraft({ smiles: typed })
            go('new')
          }}
        >
          <h1>Start with a molecule</h1>
          <p>
            Larmor finds its conformers, optimises them, and averages the NMR spectrum. The first one can run here, on
            this computer.
          </p>
          <div className="row">
            <input
              id="first-smiles"
              aria-label="SMILES"
              aria-describedby="first-smiles-below"
              className="machine-text"
              value={typed}
              onChange={event => type(event.target.value)}
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
            />
            <button type="submit" className="primary">
              Set up run
            </button>
          </div>
          <p id="first-smiles-below">
            2-butanol is filled in as an example. Type a SMILES, or drop a structure file anywhere. To draw it, go on.
          </p>
        </form>
        <ul>
          <Found />
          <li>
            <div>
              <h2>Your clusters and workstations</h2>
              <p>By the names that you use with ssh. Nothing is contacted before you ask for it.</p>
            </div>
            <a className="link" href={address('machines')}>
              Add a machine
            </a>
          </li>
          <li>
            <div>
              <h2>Older calculations</h2>
              <p>Outputs of NWChem, ORCA and xtb are read. The files stay where they are.</p>
            </div>
            <button type="button" className="link" onClick={() => doCommand('import')}>
              Import a folder
            </button>
          </li>
        </ul>
      </div>
    </div>
  )
}

/** The programs of this computer, once a person has wished to look for them. */
function Found() {
  const { engine } = useLarmor()
  const { machines } = useEngineState()
  const [looking, setLooking] = useState(false)
  const looked = useActivity().get(LOCAL)?.last_data != null
  const programs = Object.entries(machines[LOCAL]?.found ?? {}).map(([program, { version }]) =>
    [programText(program), version].filter(Boolean).join(' '),
  )
  return (
    <li>
      <div>
        <h2>Programs on this computer</h2>
        <p>
          {programs.length > 0
            ? `${programs.join(', ')}.`
            : looked
              ? 'None that Larmor knows. Conformers and their populations can be had without one.'
              : 'Not looked for yet.'}
        </p>
      </div>
      {looked ? (
        <a className="link" href={address('machines')}>
          This computer
        </a>
      ) : (
        <button
          type="button"
          className="link"
          aria-disabled={looking}
          onClick={() => {
            setLooking(true)
            engine.send({ type: 'machine.test', machine: LOCAL }).then(() => setLooking(false))
          }}
        >
          {looking ? 'Looking…' : 'Look for them'}
        </button>
      )}
    </li>
  )
}
