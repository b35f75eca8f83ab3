import { expect, test } from 'vitest'
import { type Named, tellApart } from '../../renderer/runs/tell-apart.ts'

const NOON = new Date(2026, 2, 2, 12, 0)
const at = (hour: number, minute = 0) => new Date(2026, 2, 2, hour, minute).toISOString()
const run = (id: string, name: string, facts: readonly string[], started = at(9)): Named => ({
  id,
  name,
  facts,
  started,
})

test('those of one name are told apart by what differs, by their start, and by their id at last', () => {
  const apart = tellApart(
    [
      run('r1', 'menthol', ['PBE0', 'chloroform', 'helix']),
      run('r2', 'menthol', ['PBE0', 'methanol', 'helix']),
      run('r3', 'lactate', ['PBE0', 'water', 'helix']),
      run('r4', 'camphor', ['PBE0', 'water', 'helix'], at(9)),
      run('r5', 'camphor', ['PBE0', 'water', 'helix'], at(10, 30)),
      run('r6', 'twin', ['PBE0', '', 'helix']),
      run('r7', 'twin', ['TPSSh', '', 'helix']),
      run('r8', 'twin', ['TPSSh', '', 'helix']),
      run('r9', 'bare', ['', '', 'helix']),
      run('r10', 'bare', ['PBE0', 'water', 'helix']),
    ],
    NOON,
  )
  expect(Object.fromEntries(apart)).toEqual({
    r1: 'chloroform',
    r2: 'methanol',
    r4: 'started 09:00',
    r5: 'started 10:30',
    r6: 'PBE0 · started 09:00 · r6',
    r7: 'TPSSh · started 09:00 · r7',
    r8: 'TPSSh · started 09:00 · r8',
    r10: 'PBE0 · water',
  })
})
