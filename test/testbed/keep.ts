import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { RUNNING } from '../setup/running.mjs'
import { startCluster } from './cluster.ts'

/** A cluster to try Larmor on by hand; runs until it is told to end, and then leaves nothing behind. */
const cluster = await startCluster()
const { host, port, user, identity, hostKeyFingerprint, work } = cluster
const add = [
  `larmor machines add testbed --ssh ${host} --port ${port} --user ${user} --identity ${identity}`,
  `--host-key ${hostKeyFingerprint} --scheduler slurm --partition ${cluster.partitions[0]} --work ${work}/larmor --poll-s 5`,
].join(' ')

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, async () => {
    await cluster.stop()
    rmSync(RUNNING, { force: true })
    process.exit()
  })
}
mkdirSync(dirname(RUNNING), { recursive: true })
writeFileSync(`${RUNNING}.part`, JSON.stringify({ pid: process.pid, add }))
renameSync(`${RUNNING}.part`, RUNNING)
setInterval(() => {}, 1 << 30)
