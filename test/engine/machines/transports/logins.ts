import type { Ask, Login } from '../../../../electron/engine/machines/transports/index.ts'

/** A login at which nobody is there. */
export function alone(signal = new AbortController().signal): Login {
  return { signal, ask: null, count: () => {} }
}

/** A login at which somebody answers, and what was counted of it. */
export function attended(ask: Ask): Login & { readonly counted: Record<string, number> } {
  const counted: Record<string, number> = {}
  return {
    signal: new AbortController().signal,
    ask,
    count(what) {
      counted[what] = (counted[what] ?? 0) + 1
    },
    counted,
  }
}
