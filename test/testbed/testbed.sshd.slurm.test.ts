import { execFile, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../until.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { createTestbed, removeTestbed } from './daemons.ts'
import { startSshd } from './sshd.ts'

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

test('what a killed test run has left is ended by the next one', async () => {
  const sshd = await startSshd()
  const folder = dirname(sshd.identity)
  // As after the death of its owner: a process number that another process has got since.
  writeFileSync(join(folder, 'owner'), `${process.pid} 0`)
  removeTestbed(createTestbed())
  expect(existsSync(folder)).toBe(false)
  expect(existsSync(sshd.work)).toBe(false)
  await expect(sshd.answers()).resolves.toBe(false)
})
