import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { POINTS, type PointName } from '../../electron/engine/points.ts'
import { type Cluster, startCluster } from '../testbed/cluster.ts'
import { type ClusterScenario, type Fault, sufferAndGoOn } from './living/cluster-run.ts'
import { slots } from './living/slots.ts'
import { slice, sweepSeed } from './living/sweep-slice.ts'

/** Which scenario passes a point on the way to a cluster. */
const PASSED: Readonly<Partial<Record<PointName, ClusterScenario>>> = {
  'journal.append': 'jobs',
  'snapshot.write': 'stop',
  'blob.write': 'jobs',
  'lock.take': 'jobs',
  'stage.send': 'jobs',
  'submit.send': 'jobs',
  'watch.ask': 'jobs',
  'fetch.receive': 'jobs',
  'fetch.keep': 'jobs',
  'cancel.send': 'cancel',
  plan: 'jobs',
}
/** No cluster has a part in these: crash.sweep.test.ts. */
const ELSEWHERE: readonly string[] = ['archive.write', 'calculation.write', 'task.run', 'withdraw.send']
const FAULTS: readonly Fault[] = ['killed', 'cut off']

const all = Object.entries(PASSED).flatMap(([name, scenario]) =>
  FAULTS.flatMap(fault => ['before', 'after'].map(when => ({ point: `${name}:${when}`, fault, scenario }))),
)
const cases = slice(all, 8)
const inTurn = slots(3)

/** Everything real: a login by SSH, sbatch, squeue, scancel; and Slurm's own log counts the jobs. */
describe('an engine that works with a cluster', () => {
  let cluster: Cluster
  const done = new Set<string>()
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(async () => {
    await cluster?.stop()
    console.log(`${done.size} of ${all.length} cases (point x fault), LARMOR_SWEEP_SEED=${sweepSeed}`)
  })

  test.concurrent.for(cases.map((each, n) => ({ ...each, run: `rcluster${n}` })))(
    'is $fault at $point, while it does "$scenario": one job for each label, and all end as they should',
    async ({ run, ...each }, context) => {
      await inTurn(() => sufferAndGoOn(cluster, each, run, context))
      done.add(`${each.point} ${each.fault}`)
    },
  )
})

test('every point has its case, for every fault', () => {
  expect([...Object.keys(PASSED), ...ELSEWHERE].toSorted()).toEqual(Object.keys(POINTS).toSorted())
  for (const name of Object.keys(PASSED)) {
    for (const fault of FAULTS) {
      expect(all.filter(each => each.point.startsWith(`${name}:`) && each.fault === fault)).toHaveLength(2)
    }
  }
})
