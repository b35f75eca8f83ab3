import { relative } from 'node:path'
import { enablingCommand, GROUPS, groupsOf } from './groups.mjs'

/**
 * What `npm test` says at the end, of vitest's JSON report: the files that took 5 s or longer, the groups that were
 * skipped and why, what failed beside single tests, and as its last line `N passed, N failed, N skipped`.
 * `strict`: a group that may not be skipped, or that has no test, counts as a failure. `code` is vitest's exit code,
 * `missing` tells why a group cannot run.
 */
export function summarize(report, { root, code, strict, missing }) {
  const files = report.testResults.map(file => ({
    path: relative(root, file.name),
    groups: groupsOf(file.name),
    tests: file.assertionResults,
    seconds: Math.round((file.endTime - file.startTime) / 1000),
    broken: file.status === 'failed' && file.assertionResults.every(test => test.status !== 'failed'),
  }))
  const tests = files.flatMap(file => file.tests)
  const passed = count(tests, 'passed')
  const failedTests = count(tests, 'failed')
  const unmet = strict ? GROUPS.filter(group => group.requiredInCI).flatMap(group => unmetBy(group, files)) : []
  const broken = files
    .filter(file => file.broken)
    .map(file => `FAILED ${file.path}: it ended before its tests did, or after them, with an error`)
  const skippedGroups = GROUPS.filter(group => missing(group) !== null).map(
    group => `group ${group.name} skipped: ${missing(group)}. To enable it: ${enablingCommand(group)}`,
  )
  const slowest = files.filter(file => file.seconds >= 5).sort((a, b) => b.seconds - a.seconds)
  const counted = failedTests + broken.length + unmet.length
  // vitest also fails for errors outside of any test.
  const outside = code !== 0 && counted === 0 ? ['FAILED an error outside of any test, see above'] : []
  const failed = counted + outside.length
  const skipped = tests.length - passed - failedTests
  return {
    failed,
    lines: [
      ...slowest.map(file => `${String(file.seconds).padStart(6)} s  ${file.path}`),
      ...skippedGroups,
      ...broken,
      ...unmet,
      ...outside,
      `${passed} passed, ${failed} failed, ${skipped} skipped`,
    ],
  }
}

function unmetBy(group, files) {
  const tests = files.filter(file => file.groups.includes(group)).flatMap(file => file.tests)
  if (tests.length === 0) return [`FAILED group ${group.name}: it has no tests`]
  const idle = tests.filter(test => test.status !== 'passed' && test.status !== 'failed')
  if (idle.length === 0) return []
  const names = idle.map(test => test.fullName).join('; ')
  return [`FAILED group ${group.name}: with CI=true its tests may not be skipped: ${names}`]
}

function count(tests, status) {
  return tests.filter(test => test.status === status).length
}
