import type { MachineSettings, Partition } from '../model/machine.ts'
import { fail, ok, type Result } from '../result.ts'
import { type ShLine, sh } from '../sh.ts'
import type { Printed, Survey } from './scheduler.ts'

/** sinfo's fields: partition (with * where it is the default), availability, time limit, nodes, CPUs and MB of a node. */
const FORMAT = '%P|%a|%l|%D|%c|%m'

export function surveyLine({ clusters }: MachineSettings): ShLine {
  const on = clusters === null ? [] : ['-M', clusters]
  return sh`sinfo --version && sinfo ${on} --noheader -o ${FORMAT}`
}

/** Reads `sinfo`; lines of other shapes (CLUSTER: name) are passed over. Nodes of several kinds make several lines. */
export function readSurvey({ exit, out, err }: Printed): Result<Survey> {
  if (exit !== 0)
    return fail({ code: 'not-now', message: 'Slurm does not answer.', detail: (err || out).trim().slice(0, 1000) })
  const found = new Map<string, Partition>()
  for (const line of out.split('\n')) {
    const [name = '', available, limit, nodes, cores, memory] = line.trim().split('|')
    if (available === undefined || memory === undefined) continue
    const bare = name.replace(/\*$/, '')
    const before = found.get(bare)
    found.set(bare, {
      name: bare,
      default: name.endsWith('*'),
      up: available === 'up',
      max_s: seconds(limit ?? ''),
      nodes: (before?.nodes ?? 0) + (Number(nodes) || 0),
      // "8+" where nodes differ: at least that many.
      cores: Math.max(before?.cores ?? 0, Number.parseInt(cores ?? '', 10) || 0),
      memory_mb: Math.max(before?.memory_mb ?? 0, Number.parseInt(memory, 10) || 0),
    })
  }
  return ok({ version: /^slurm[\w-]* (\S+)/m.exec(out)?.[1] ?? null, partitions: [...found.values()] })
}

/** "1-02:03:04", "02:03:04", "30:00" (sinfo writes no bare minutes), as seconds; null for no limit, and for what is none. */
function seconds(text: string): number | null {
  const [, days = '0', hours = '0', minutes, rest] = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text) ?? []
  if (minutes === undefined) return null
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(rest)
}
