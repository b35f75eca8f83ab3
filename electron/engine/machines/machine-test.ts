import type { Instant } from '../../../shared/ids.ts'
import type { Machine, MachineCheck, MachineTest } from '../../../shared/model/machine.ts'
import { printable } from '../../../shared/printable.ts'
import { programs } from '../../../shared/programs/index.ts'
import { schedulerOf } from '../../../shared/schedulers/index.ts'
import { type ShLine, sh, shScript } from '../../../shared/sh.ts'
import type { RemoteAgent } from './remote-agent.ts'
import type { Session } from './transports/index.ts'

/** Less than this is soon filled by one shielding job's scratch. */
const LITTLE_MB = 2000
/** Beyond this, times that the machine reports are worth a word. */
const SKEWED_S = 30

interface TestedMachine {
  readonly tested: MachineTest
  /** The programs as a job there would find them. */
  readonly found: Machine['found']
}

/** Looks at all that a job there will need; three remote calls. Rejects with Unreachable when the line is lost. */
export async function testMachine(
  machine: Machine,
  session: Session,
  agent: RemoteAgent,
  now: () => Instant,
): Promise<TestedMachine> {
  const tools = readTools((await session.exec(toolsLine(agent.work))).out)
  const scheduler = await surveyScheduler(machine, agent)
  const free_mb = Number(tools.free)
  const found = readPrograms((await session.exec(programsLine(machine))).out)
  const tested: MachineTest = {
    at: now(),
    checks: [
      { name: 'login', ok: true, found: `${agent.probe.host}, ${agent.probe.cores} cores`, hint: null },
      shellCheck(tools.shell ?? '', session.greeting()),
      await toolsCheck(tools.missing ?? '', session),
      workCheck(agent.work, free_mb),
      ...scheduler.checks,
      ...programChecks(machine, found),
      clockCheck(agent.probe.skew_s),
    ],
    ...(free_mb > 0 ? { free_mb } : {}),
    partitions: scheduler.partitions,
  }
  const programsFound = Object.values(programs).flatMap(({ id, executable, version }) => {
    const there = found.get(id)
    return executable === null || !there
      ? []
      : [[executable, { path: there.path, version: version?.read(there.said) ?? null }] as const]
  })
  return { tested, found: Object.fromEntries(programsFound) }
}

/** Lines "key<tab>value": the login shell, the tools that are missing, the free space in MB. */
function toolsLine(work: string): ShLine {
  return shScript([
    sh`printf 'shell\t%s\n' "$SHELL"`,
    sh`missing=; for tool in tar find sed awk head tail mkdir ln; do command -v $tool >/dev/null 2>&1 || missing="$missing $tool"; done`,
    sh`command -v setsid >/dev/null 2>&1 || command -v perl >/dev/null 2>&1 || missing="$missing setsid"`,
    sh`printf 'missing\t%s\n' "$missing"`,
    sh`printf 'free\t%s\n' "$(df -Pm ${work} 2>/dev/null | tail -n 1 | awk '{print $4}')"`,
  ])
}

function readTools(out: string): Readonly<Record<string, string>> {
  return Object.fromEntries(out.split('\n').map(line => line.split('\t').slice(0, 2) as [string, string]))
}

function shellCheck(shell: string, greeting: string): MachineCheck {
  const name = 'login shell'
  const words = printable(greeting).trim()
  if (words === '') return { name, ok: true, found: shell || 'unknown', hint: null }
  const hint = 'Larmor passes over it; scp and sftp stumble over what a login shell prints without a terminal.'
  return { name, ok: true, found: `${shell}, prints "${words.slice(0, 200)}"`, hint }
}

async function toolsCheck(words: string, session: Session): Promise<MachineCheck> {
  const name = 'tools'
  const missing = words.split(' ').filter(Boolean)
  if (missing.length === 0) return { name, ok: true, found: 'tar, setsid and what else is needed', hint: null }
  const sftp = missing.includes('tar') ? await session.sftp?.().catch(() => null) : null
  sftp?.close()
  const found = `missing: ${missing.join(' ')}`
  if (missing.length === 1 && sftp)
    return { name, ok: true, found, hint: 'Files go and come by SFTP instead, one by one.' }
  const hint = 'Files go and come as tar streams (or by SFTP), jobs are sessions of their own: ask for these.'
  return { name, ok: false, found, hint }
}

function workCheck(work: string, free_mb: number): MachineCheck {
  const name = 'work folder'
  if (!Number.isFinite(free_mb) || free_mb <= 0) return { name, ok: true, found: work, hint: null }
  const found = `${work}, ${(free_mb / 1000).toFixed(1)} GB free`
  const hint = 'little space: jobs may fail for want of it'
  return { name, ok: free_mb >= LITTLE_MB, found, hint: free_mb >= LITTLE_MB ? null : hint }
}

async function surveyScheduler(
  { name, settings }: Machine,
  agent: RemoteAgent,
): Promise<Pick<MachineTest, 'partitions' | 'checks'>> {
  const { label, survey } = schedulerOf(settings.scheduler)
  if (!survey) {
    const found = `${label}: up to ${settings.cores ?? agent.probe.cores} cores at once`
    return { partitions: [], checks: [{ name: 'scheduler', ok: true, found, hint: null }] }
  }
  const answer = survey.read(await agent.run(survey.line({ settings })))
  if (!answer.ok) {
    const { message, detail } = answer.fault
    const found = [message, detail && printable(detail)].filter(Boolean).join(' ')
    const hint = `Is ${label} the machine's scheduler, and does a plain login shell there find its commands?`
    return { partitions: [], checks: [{ name: 'scheduler', ok: false, found, hint }] }
  }
  const { version, partitions } = answer.value
  const checks: MachineCheck[] = [
    { name: 'scheduler', ok: true, found: `${label} ${version ?? ''}`.trim(), hint: null },
  ]
  const names = partitions.map(one => one.name).join(', ')
  const wanted = settings.partition
  const partition = wanted === null ? partitions.find(one => one.default) : partitions.find(one => one.name === wanted)
  if (partition) {
    const found = partition.up ? partition.name : `${partition.name} is down`
    checks.push({ name: 'partition', ok: partition.up, found, hint: partition.up ? null : `There are: ${names}.` })
  } else {
    const found = wanted === null ? 'none is the default' : `there is no partition ${wanted}`
    checks.push({
      name: 'partition',
      ok: false,
      found,
      hint: `larmor machines set ${name} --partition P; there are: ${names || 'none'}.`,
    })
  }
  return { partitions, checks }
}

/** Lines "name<tab>path<tab>version": where each program lies once its prologue has been run, empty where it is not. */
function programsLine({ settings }: Machine): ShLine {
  const lines = Object.values(programs).flatMap(({ id, executable, version }) => {
    if (executable === null) return []
    const given = settings.programs[id] ?? executable
    const prologue: ShLine = { sh: settings.prologue[id] ?? '' }
    const told = version ? sh`"$path" ${version.args} </dev/null 2>&1 | head -c 4000 | tr '\t\n' '  '` : sh`:`
    return [
      sh`(exec 3>&1 >/dev/null 2>&1
${prologue}
path=$(command -v ${given}); [ -n "$path" ] && said=$(${told}); printf '%s\t%s\t%s\n' ${id} "$path" "$said" >&3)`,
    ]
  })
  return shScript([...lines, sh`true`])
}

type Found = ReadonlyMap<string, { readonly path: string; readonly said: string }>

function readPrograms(out: string): Found {
  const lines = out.split('\n').map(line => line.split('\t'))
  return new Map(lines.flatMap(([id, path, said]) => (id && path ? [[id, { path, said: said ?? '' }]] : [])))
}

function programChecks({ name, settings }: Machine, found: Found): readonly MachineCheck[] {
  return Object.values(programs).flatMap(({ id, executable, version }): readonly MachineCheck[] => {
    if (executable === null) return []
    const there = found.get(id)
    if (there) {
      const told = version?.read(there.said) ?? null
      return [{ name: id, ok: true, found: [told, there.path].filter(Boolean).join(', '), hint: null }]
    }
    // What was never said to be there is not missed.
    const wanted = settings.programs[id] ?? settings.launch[id] ?? settings.prologue[id]
    const hint = `larmor machines set ${name} --program ${id}=PATH, or --prologue ${id}=FILE with its "module load"`
    return [{ name: id, ok: wanted === undefined, found: wanted === undefined ? 'not on the PATH' : 'not found', hint }]
  })
}

function clockCheck(skew_s: number): MachineCheck {
  const name = 'clock'
  if (skew_s === 0) return { name, ok: true, found: 'as this computer', hint: null }
  const found = `${Math.abs(skew_s)} s ${skew_s > 0 ? 'ahead of' : 'behind'} this computer`
  const ok = Math.abs(skew_s) < SKEWED_S
  return {
    name,
    ok,
    found,
    hint: ok ? null : 'Times of jobs there are as that machine tells them. Which clock is right?',
  }
}
