import { expect, test } from 'vitest'
import { checkResources } from '../../../shared/model/resources.ts'

test.each([
  [1, 1],
  [2 ** 31 - 1, 365 * 24 * 3600],
])('%d MB for %d s can be asked for', (memory_mb, seconds) => {
  expect(checkResources({ memory_mb, seconds })).toEqual({ ok: true, value: undefined })
})

test.each([
  [1e99, 60, 'memory'],
  [2 ** 31, 60, 'memory'],
  [0, 60, 'memory'],
  [Number.NaN, 60, 'memory'],
  [100, 9999 * 3600, 'time'],
  [100, Number.POSITIVE_INFINITY, 'time'],
  [100, 0, 'time'],
])('%d MB for %d s cannot, and the fault names the field', (memory_mb, seconds, field) => {
  expect(checkResources({ memory_mb, seconds })).toMatchObject({ ok: false, fault: { code: 'bad-input', field } })
})
