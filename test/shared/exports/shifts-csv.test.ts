import { expect, test } from 'vitest'
import { shiftsCsv } from '../../../shared/exports/shifts-csv.ts'
import type { RunDocument } from '../../../shared/show/run.ts'

const run: RunDocument = {
  run: 'rabc',
  name: 'a run',
  workflow: 'nmr',
  state: 'completed',
  state_text: 'completed',
  reason: null,
  machine: 'local',
  started: '2026-01-01T00:00:00.000Z',
  updated: '2026-01-01T00:00:00.000Z',
  jobs: [],
}

function shift(source: string | null, delta_ppm: number | null) {
  const reference = { kind: 'tms', source, expected_error_ppm: null, calibrated: false }
  return {
    nucleus: '13C',
    atoms: [1, 12],
    sigma_ppm: -12.5,
    delta_ppm,
    reference,
    comparable: true,
    experiment_ppm: 50.8,
    spread_ppm: null,
    interval_ppm: null as readonly [number, number] | null,
  }
}

test('one line for each environment, its atoms in one cell, CRLF after each (RFC 4180)', () => {
  expect(shiftsCsv({ ...run, shifts: [shift('TMS', 50.25)] })).toBe(
    'nucleus,atoms,sigma_ppm,delta_ppm,reference,reference_source,expected_error_ppm,comparable,experiment_ppm,spread_ppm,calibration,if_1_kcal_off_low_ppm,if_1_kcal_off_high_ppm\r\n' +
      '13C,1 12,-12.5,50.25,tms,TMS,,true,50.8,,not calibrated at this level,,\r\n',
  )
})

test('an error that was measured is told', () => {
  const own = { kind: 'own', source: 'a fit', expected_error_ppm: 0.07, calibrated: true }
  expect(shiftsCsv({ ...run, shifts: [{ ...shift('', 1), reference: own }] })).toContain(
    'own,a fit,0.07,true,50.8,,calibrated at this level,,\r\n',
  )
})

test('computed figures have four decimals', () => {
  const long = {
    ...shift('TMS', 50.123449999),
    sigma_ppm: 1 / 3,
    spread_ppm: 2 / 3,
    interval_ppm: [50 + 1 / 3, 50.25] as const,
  }
  expect(shiftsCsv({ ...run, shifts: [long] })).toContain(
    '13C,1 12,0.3333,50.1234,tms,TMS,,true,50.8,0.6667,not calibrated at this level,50.3333,50.25\r\n',
  )
})

test.each([
  ['a comma, and "quotes"', '"a comma, and ""quotes"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['-cmd', "'-cmd"],
])('%j stays a text, also in a spreadsheet', (source, cell) => {
  expect(shiftsCsv({ ...run, shifts: [shift(source, null)] })).toContain(
    `-12.5,,tms,${cell},,true,50.8,,not calibrated at this level,,\r\n`,
  )
})

test('a run that is none of shifts gives its jobs, with energies and shieldings', () => {
  const job = {
    job: 'rabc.a',
    key: 'a',
    name: 'a',
    program: 'nwchem',
    phase: 'parsed',
    outcome: 'failed',
    category: 'killed',
    reason: 'killed, it seems',
    energy_hartree: null,
    converged: null,
  }
  const done = { ...job, job: 'rabc.b', key: 'b', name: 'b', outcome: 'completed', category: null, reason: null }
  const shieldings = [
    { atom: 1, element: 'O', sigma_ppm: 327.61 },
    { atom: 2, element: 'H', sigma_ppm: 31.4 },
  ]
  const jobs = [job, { ...done, energy_hartree: -76.4, converged: true }]
  expect(shiftsCsv({ ...run, workflow: 'single', jobs, results: [{ key: 'b', shieldings }] })).toBe(
    'job,key,phase,outcome,reason,program,category,energy_hartree,converged,shieldings_ppm\r\n' +
      'rabc.a,a,parsed,failed,"killed, it seems",nwchem,killed,,,\r\n' +
      'rabc.b,b,parsed,completed,,nwchem,,-76.4,true,O1 327.61; H2 31.4\r\n',
  )
})
