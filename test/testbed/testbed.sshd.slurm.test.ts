import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { until } from './daemons.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster()
})

afterAll(async () => {
  await cluster?.stop()
})

/** By OpenSSH's own client, as a person would. */
async function ssh(command: string): Promise<string> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentitiesOnly=yes']
  const { stdout } = await promisify(execFile)('ssh', [
    ...options.flatMap(option => ['-o', option]),
    ...['-F', 'none', '-i', cluster.identity, '-p', String(cluster.port), `${cluster.user}@${cluster.host}`, command],
  ])
  return stdout.trim()
}

test('a command runs as the test user, in a folder of his', async () => {
  expect(await ssh('id -un')).toBe('chem')
  expect(await ssh(`stat -c %U ${cluster.work}`)).toBe('chem')
})

test('the fingerprint is the one that the host shows', () => {
  const scan = spawnSync('ssh-keyscan', ['-p', String(cluster.port), '-t', 'ed25519', cluster.host])
  const seen = spawnSync('ssh-keygen', ['-lf', '-'], { input: scan.stdout, encoding: 'utf8' }).stdout
  expect(seen).toContain(cluster.hostKeyFingerprint)
})

test('sbatch runs a job as the test user, and squeue shows it by name', async () => {
  const job = `printf '#!/bin/sh\\nid -un > done\\nwhile [ ! -e stop ]; do sleep 0.1; done\\n' > job.sh`
  const id = await ssh(`cd ${cluster.work} && ${job} && sbatch --parsable --job-name=larmor-test job.sh`)
  expect(id).toMatch(/^\d+$/)
  await until('the running job', async () => (await ssh('squeue -h -o "%i %j %T"')) === `${id} larmor-test RUNNING`)
  await until('its output', async () => (await ssh(`cat ${cluster.work}/done`)) === 'chem')
  await ssh(`touch ${cluster.work}/stop`)
  await until('its end', async () => (await ssh(`squeue -h -j ${id} -t all -o %T`)) === 'COMPLETED')
})

test('nothing is left after the end', async () => {
  await cluster.stop()
  expect(existsSync(cluster.conf)).toBe(false)
  expect(existsSync(cluster.work)).toBe(false)
  await expect(ssh('true')).rejects.toThrow('Connection refused')
})
