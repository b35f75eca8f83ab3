import type { EndCause, Waiting } from '../model/job.ts'
import type { QueueStatus } from './scheduler.ts'

interface State {
  readonly status: QueueStatus
  readonly word: string
  /** Of a state in which the job is over: why, where the state says more than that it ended. */
  readonly cause?: EndCause
}

/**
 * Slurm's states by their compact code (squeue's %t). Source: https://slurm.schedmd.com/job_state_codes.html.
 * A state that is not here is `unclear`: shown as it is, and nothing follows from it.
 */
const STATES: Readonly<Record<string, State>> = {
  PD: { status: 'queued', word: 'PENDING' },
  CF: { status: 'queued', word: 'CONFIGURING' },
  PO: { status: 'queued', word: 'POWER_UP_NODE' },
  RQ: { status: 'queued', word: 'REQUEUED' },
  RF: { status: 'queued', word: 'REQUEUE_FED' },
  R: { status: 'running', word: 'RUNNING' },
  CG: { status: 'running', word: 'COMPLETING' },
  SI: { status: 'running', word: 'SIGNALING' },
  SO: { status: 'running', word: 'STAGE_OUT' },
  RS: { status: 'running', word: 'RESIZING' },
  UD: { status: 'running', word: 'UPDATE_DB' },
  S: { status: 'held', word: 'SUSPENDED' },
  ST: { status: 'held', word: 'STOPPED' },
  RH: { status: 'held', word: 'REQUEUE_HOLD' },
  RD: { status: 'held', word: 'RESV_DEL_HOLD' },
  SE: { status: 'held', word: 'SPECIAL_EXIT' },
  CD: { status: 'gone', word: 'COMPLETED' },
  F: { status: 'gone', word: 'FAILED' },
  LF: { status: 'gone', word: 'LAUNCH_FAILED' },
  BF: { status: 'gone', word: 'BOOT_FAIL', cause: 'node-lost' },
  CA: { status: 'gone', word: 'CANCELLED', cause: 'cancelled' },
  RV: { status: 'gone', word: 'REVOKED', cause: 'cancelled' },
  TO: { status: 'gone', word: 'TIMEOUT', cause: 'time-limit' },
  DL: { status: 'gone', word: 'DEADLINE', cause: 'time-limit' },
  NF: { status: 'gone', word: 'NODE_FAIL', cause: 'node-lost' },
  OOM: { status: 'gone', word: 'OUT_OF_MEMORY', cause: 'out-of-memory' },
  PR: { status: 'gone', word: 'PREEMPTED', cause: 'preempted' },
}

/** Codes of the states in which a job is over, as words for awk. */
export const OVER = Object.entries(STATES).flatMap(([code, { status }]) => (status === 'gone' ? [code] : []))

const BY_WORD: ReadonlyMap<string, State> = new Map(Object.values(STATES).map(state => [state.word, state]))

/** What a compact code means; an unknown one is `unclear`. */
export function stateOfCode(code: string): State {
  return (Object.hasOwn(STATES, code) ? STATES[code] : undefined) ?? { status: 'unclear', word: code }
}

/** What a whole word means; sacct may say "CANCELLED by 1001", and "CANCELLED+" where its column is narrow. */
export function stateOfWord(words: string): State {
  const word = /^[A-Z_]+/.exec(words)?.[0] ?? ''
  return BY_WORD.get(word) ?? { status: 'unclear', word: words }
}

/**
 * Reasons of a pending job with which it will never start by itself, as a clause for a person. Source:
 * https://slurm.schedmd.com/job_reason_codes.html. Limits of an account that others' jobs free again are none of them, and
 * PartitionConfig is not: a controller that has just started says it for a while of any job.
 */
const NEVER: Readonly<Record<string, string>> = {
  PartitionTimeLimit: 'its time limit is longer than the partition allows',
  PartitionNodeLimit: 'it wants more nodes than the partition allows',
  BadConstraints: 'no node has what it asks for',
  MaxMemPerLimit: 'it wants more memory than a node may give',
  InvalidAccount: 'its account is not valid',
  InvalidQOS: 'its QOS is not valid',
  AccountNotAllowed: 'its account may not use the partition',
  QOSNotAllowed: 'its QOS may not be used in the partition',
  DependencyNeverSatisfied: 'the job that it waits for did not end as wanted',
  DeadLine: 'it cannot end before its deadline',
  AssocMaxWallDurationPerJobLimit: 'its time limit is longer than the account allows',
  AssocMaxCpuPerJobLimit: 'it wants more cores than the account allows',
  AssocMaxMemPerJob: 'it wants more memory than the account allows',
  AssocMaxNodePerJobLimit: 'it wants more nodes than the account allows',
  AssocMaxGRESPerJob: 'it wants more generic resources than the account allows',
  QOSMaxWallDurationPerJobLimit: 'its time limit is longer than its QOS allows',
  QOSMaxCpuPerJobLimit: 'it wants more cores than its QOS allows',
  QOSMaxMemoryPerJob: 'it wants more memory than its QOS allows',
  QOSMaxNodePerJobLimit: 'it wants more nodes than its QOS allows',
  QOSMaxGRESPerJob: 'it wants more generic resources than its QOS allows',
  QOSMinCpuNotSatisfied: 'it wants fewer cores than its QOS demands',
  QOSMinMemory: 'it wants less memory than its QOS demands',
  QOSMinGRES: 'it wants fewer generic resources than its QOS demands',
}

const HELD: Readonly<Record<string, string>> = {
  JobHeldUser: 'held by its owner: scontrol release lets it go',
  JobHeldAdmin: 'held by an administrator, who alone can let it go',
  JobHoldMaxRequeue: 'held: it was requeued too often; scontrol release lets it go',
  ReservationDeleted: 'held: its reservation was deleted; scontrol release lets it go',
}

/** What a person can do about a job that never starts. */
const WAY_OUT = 'Cancel it, and submit it with other resources, or to another partition, account or QOS'

/** Why a job does not start by itself, from its state and reason; null where it merely waits for its turn. */
export function waitingOf(code: string, reason: string): Waiting | null {
  const { status, word } = stateOfCode(code)
  if (status === 'held') return { is: 'held', text: `${word}${reason === 'None' ? '' : ` (${reason})`}` }
  if (status !== 'queued') return null
  if (Object.hasOwn(HELD, reason)) return { is: 'held', text: `${HELD[reason]} (${reason})` }
  if (Object.hasOwn(NEVER, reason))
    return { is: 'never', text: `it can never start: ${NEVER[reason]} (${reason}). ${WAY_OUT}` }
  return null
}
