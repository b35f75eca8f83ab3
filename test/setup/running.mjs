/** Written by the process that keeps a cluster running (test/testbed/keep.ts): its pid, and how the cluster is added. */
export const RUNNING = '/var/lib/larmor-testbed/running.json'
