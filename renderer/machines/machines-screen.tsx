import { Plus } from '@blueprintjs/icons'
import { useEffect, useRef, useState } from 'react'
import type { MachineName } from '../../shared/ids.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Fault } from '../../shared/result.ts'
import { machinesFile } from '../../shared/show/machines-file.ts'
import { plural } from '../../shared/show/number.ts'
import { useEngineState, useLarmor, useOffline } from '../larmor.ts'
import type { ScreenProps } from '../screens.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { note } from '../ui/toast.tsx'
import { type ChangedKey, ChangedKeyDialog } from './changed-key.tsx'
import { importMachines } from './import-machines.ts'
import { MachineCard } from './machine-card.tsx'
import { MachineForm } from './machine-form.tsx'
import { type MachineWork, workByMachine } from './machine-work.ts'
import { useActivity } from './use-channel.ts'
import './machines.css'

type Open =
  | { readonly is: 'form'; readonly machine: Machine | null }
  | { readonly is: 'remove'; readonly machine: Machine }
  | { readonly is: 'key'; readonly machine: Machine; readonly keys: ChangedKey }

/** Where jobs run: whether each machine answers, what it is asked, and everything that can be set for it. */
export function MachinesScreen({ path: [wanted] }: ScreenProps) {
  const { engine, host } = useLarmor()
  const state = useEngineState()
  const offline = useOffline()
  const activity = useActivity()
  const [open, setOpen] = useState<Open | null>(null)
  const [connecting, setConnecting] = useState<ReadonlySet<string>>(new Set())
  const chosen = useRef<HTMLInputElement>(null)
  const machines = Object.values<Machine>(state.machines)
  const work = workByMachine(state)

  useEffect(() => {
    if (wanted !== undefined) document.getElementById(`machine-${wanted}`)?.scrollIntoView({ block: 'nearest' })
  }, [wanted])

  async function connect(machine: Machine, does: 'machine.connect' | 'machine.test' = 'machine.test'): Promise<void> {
    if (connecting.has(machine.name) || offline !== null) return
    setConnecting(now => new Set(now).add(machine.name))
    const answer = await engine.send({ type: does, machine: machine.name })
    setConnecting(now => new Set([...now].filter(name => name !== machine.name)))
    if (answer.ok) return note(`${machine.name} answers.`)
    const keys = changedKeyOf(answer.fault)
    if (keys) setOpen({ is: 'key', machine, keys })
    else note(answer.fault.message, { shape: 'octagon' })
  }
  async function share(): Promise<void> {
    await host.saveFile('larmor-machines.json', `${JSON.stringify(machinesFile(machines), null, 2)}\n`)
  }
  async function take(file: File): Promise<void> {
    const added = await importMachines(await file.text(), state.machines, machine =>
      engine.send({ type: 'machine.set', machine }),
    )
    if (!added.ok) return note(added.fault.message, { shape: 'octagon' })
    note(added.value.length === 0 ? 'Nothing new in it.' : `${added.value.join(', ')}: added. Each login is your own.`)
  }
  async function remove(name: MachineName): Promise<void> {
    const answer = await engine.send({ type: 'machine.remove', machine: name })
    note(answer.ok ? `${name} was removed.` : answer.fault.message, { shape: answer.ok ? 'disc check' : 'octagon' })
  }
  return (
    <div className="machines">
      <div className="toolbar row between">
        <p>{summary(machines, work)}</p>
        <div className="row">
          <button type="button" aria-disabled={machines.length < 2} onClick={() => machines.length > 1 && void share()}>
            Export
          </button>
          <button
            type="button"
            aria-disabled={offline !== null}
            onClick={() => offline === null && chosen.current?.click()}
          >
            Import
          </button>
          <input
            ref={chosen}
            type="file"
            accept=".json,application/json"
            aria-label="Import machines from a file"
            hidden
            onChange={event => {
              const [file] = event.currentTarget.files ?? []
              if (file) void take(file)
              event.currentTarget.value = ''
            }}
          />
          <button
            type="button"
            className={machines.length === 1 ? 'primary' : undefined}
            aria-disabled={offline !== null}
            title={offline ?? undefined}
            onClick={() => offline === null && setOpen({ is: 'form', machine: null })}
          >
            <Plus size={14} title={false} /> Add machine
          </button>
        </div>
      </div>
      <div className="machine-cards">
        {machines.map(machine => (
          <MachineCard
            key={machine.name}
            machine={machine}
            activity={activity.get(machine.name)}
            work={work.get(machine.name)}
            chosen={machine.name === wanted}
            offline={offline}
            connecting={connecting.has(machine.name)}
            onConnect={() => void connect(machine)}
            onEdit={() => setOpen({ is: 'form', machine })}
            onRemove={() => offline === null && setOpen({ is: 'remove', machine })}
            onTerminal={
              typeof host.openTerminal === 'string' ? host.openTerminal : bound(host.openTerminal, machine.name)
            }
          />
        ))}
      </div>
      {open?.is === 'form' ? (
        <MachineForm
          machine={open.machine}
          onClose={() => setOpen(null)}
          onSet={machine => {
            setOpen(null)
            note(`${machine.name} was ${open.machine ? 'changed' : 'added'}.`)
            if (!open.machine) void connect(machine)
          }}
        />
      ) : null}
      {open?.is === 'remove' ? (
        <Confirm
          question={`Remove ${open.machine.name}?`}
          verb="Remove"
          keep="Keep"
          onConfirm={() => void remove(open.machine.name)}
          onClose={() => setOpen(null)}
        >
          Its settings are forgotten here. Nothing is deleted on the machine, and finished runs stay readable.
        </Confirm>
      ) : null}
      {open?.is === 'key' ? (
        <ChangedKeyDialog
          machine={open.machine}
          keys={open.keys}
          onClose={() => setOpen(null)}
          onReplaced={() => {
            setOpen(null)
            void connect(open.machine)
          }}
        />
      ) : null}
    </div>
  )
}

function bound(openTerminal: (machine: MachineName, dir: null) => void, name: MachineName): () => void {
  return () => openTerminal(name, null)
}

/** `3 machines, 21 jobs running, 46 waiting or on their way`. */
function summary(machines: readonly Machine[], work: ReadonlyMap<string, MachineWork>): string {
  const of = [...work.values()]
  const running = of.reduce((sum, { running }) => sum + running, 0)
  const rest = of.reduce((sum, { waiting, sending, doubtful }) => sum + waiting + sending + doubtful, 0)
  return `${plural(machines.length, 'machine')}, ${plural(running, 'job')} running, ${rest} waiting or on their way`
}

/** The keys, where a connection was refused since the machine shows another one than the one that is trusted. */
function changedKeyOf({ more }: Fault): ChangedKey | null {
  if (more?.fingerprint === undefined || more.changed === undefined) return null
  return { offered: more.fingerprint, keytype: more.keytype ?? '', trusted: (more.trusted ?? '').split(' ') }
}
