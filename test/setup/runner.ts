import { relative } from 'node:path'
import { type RunnerTestFile, type RunnerTestSuite, TestRunner } from 'vitest'
import { enablingCommand, groupsOf, missing } from './groups.mjs'

/** Skips whole files, hooks and all, of which a group cannot run on this computer: their tests are still counted. */
export default class GroupRunner extends TestRunner {
  onCollected(files: RunnerTestFile[]): void {
    for (const file of files) {
      const lacking = groupsOf(file.filepath).filter(group => missing(group) !== null)
      if (lacking.length === 0) continue
      const reasons = lacking.map(group => `${group.name}: ${missing(group)} (to enable: ${enablingCommand(group)})`)
      console.warn(`skipped ${relative(process.cwd(), file.filepath)}: ${reasons.join('; ')}`)
      skip(file)
    }
  }
}

function skip(suite: RunnerTestSuite): void {
  suite.mode = 'skip'
  for (const task of suite.tasks) {
    if (task.type === 'suite') skip(task)
    else task.mode = 'skip'
  }
}
