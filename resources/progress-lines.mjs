/** How long nothing may be printed while a run goes on: someone who waits shall see that it does. */
const CALM_MS = 30_000

/**
 * Lines that tell how a run goes on, at a calm pace: one where its step or what its jobs do has changed, and one every 30 s
 * while it runs. `look` takes what `status` says of it, or null where nothing new came, and the time in ms; it returns a line
 * to print, or null.
 */
export function progressLines() {
  let phase = ''
  let line = ''
  let running = false
  let printed = Number.NEGATIVE_INFINITY
  return {
    look(run, now) {
      const before = phase
      if (run !== null) {
        const { state, step_label, counts, progress } = run
        // What is parsed is counted by its outcome, too.
        const jobs = Object.entries(counts).flatMap(([word, n]) => (n > 0 && word !== 'parsed' ? [`${n} ${word}`] : []))
        phase = [step_label ?? state, jobs.join(', ')].join('  ').trimEnd()
        line = `${`${Math.floor(progress * 100)} %`.padStart(5)}  ${phase}`
        running = state === 'running'
      }
      if (phase === before && !(running && now - printed >= CALM_MS)) return null
      printed = now
      return `${new Date(now).toTimeString().slice(0, 8)}  ${line}`
    },
  }
}
