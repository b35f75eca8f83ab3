import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type ExportFormat, exporters, formats } from '../../shared/exports/index.ts'
import type { ContentRef } from '../../shared/ids.ts'
import type { Run } from '../../shared/model/run.ts'
import { FaultError } from '../../shared/result.ts'
import { type RunDocument, showRun } from '../../shared/show/run.ts'
import { writeAtomic } from '../engine/store/atomic-write.ts'
import { openBlobs } from '../engine/store/blobs.ts'
import { errnoOf } from '../engine/store/disk-fault.ts'
import { badArgument, type CliCommand, oneWord } from './command.ts'
import { findRun, readStateWith } from './find.ts'
import { EXIT } from './terminal.ts'

const LATER = ['nmredata', 'qcschema', 'molden', 'dp4', 'html', 'svg', 'pdf', 'zip']

/** Why less is in it than a person may expect, or null. */
function noteOn(
  format: ExportFormat,
  text: string,
  { id, workflow, phase }: Run,
  { shifts }: RunDocument,
): string | null {
  const isOpen = phase.is !== 'ended'
  const lacks =
    format === 'xyz' || format === 'sdf'
      ? text === '' && 'no structure'
      : (format === 'csv' || format === 'si') &&
        workflow === 'nmr' &&
        !(Array.isArray(shifts) && shifts.length > 0) &&
        'no shifts'
  if (lacks && isOpen) return `The run has ${lacks} yet: it is not finished (larmor status ${id}).`
  if (lacks)
    return `The run has ${lacks}; larmor show ${id} tells why.${format === 'csv' ? ' Its structures: --format xyz' : ''}`
  return isOpen ? `The run is not finished: this is what is known by now (larmor status ${id}).` : null
}

export const exportCommand: CliCommand = {
  name: 'export',
  usage: `RUN --format ${Object.keys(exporters).join('|')} [--out PATH]`,
  summary: 'results in a format that others read; with --json and no PATH into the run’s folder',
  options: { format: { type: 'string' }, out: { type: 'string' } },
  async run({ home, terminal, cwd }, given) {
    const id = oneWord(given, 'RUN')
    const format = given.text('format')
    const out = given.text('out')
    if (format === undefined)
      throw badArgument('format', '--format is missing.', `Known are ${Object.keys(exporters).join(', ')}`)
    if (LATER.includes(format)) {
      const now = Object.keys(exporters).join(', ')
      throw badArgument('format', `The format "${format}" is not in this version.`, `This version has ${now}.`)
    }
    if (!Object.hasOwn(exporters, format))
      throw badArgument('format', `There is no format "${format}".`, `Known are ${Object.keys(exporters).join(', ')}`)
    const { state } = await readStateWith(home, [id])
    const run = findRun(state, id)
    const blobs = openBlobs(join(home, 'blobs'))
    const read = async (ref: ContentRef) => (await blobs.read(ref)).toString('utf8')
    const text = await exporters[format as ExportFormat](state, run, read)
    const note = noteOn(format as ExportFormat, text, run, showRun(state, run))
    if (note !== null && !terminal.json) terminal.say(note)
    if (out === undefined && !terminal.json) {
      process.stdout.write(text)
      return EXIT.done
    }
    const path =
      out === undefined
        ? join(home, 'runs', run.id, 'exports', `${run.id}.${formats[format as ExportFormat].ending}`)
        : resolve(cwd, out)
    if (out === undefined) await mkdir(dirname(path), { recursive: true }).catch(() => {}) // told by the next line
    await writeAtomic(path, text).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : error
      const message =
        errnoOf(error) === 'ENOENT'
          ? `${path} cannot be written: its folder is not there, or takes no files.`
          : errnoOf(error) === 'EISDIR'
            ? `${path} is a folder: --out wants the name of the file.`
            : `${path} cannot be written: ${why}`
      throw new FaultError({ code: 'not-now', field: 'out', message })
    })
    const file = { path, sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) }
    terminal.document({ files: [file] }, () => path)
    return EXIT.done
  },
}
