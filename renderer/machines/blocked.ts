import type { Machine } from '../../shared/model/machine.ts'

/** It shows another host key than before, or a revoked one: nothing passes until a person has compared them. */
export function isBlocked({ is, text }: Machine['reach']): boolean {
  return is === 'wants-login' && text !== null && /host key.*(has changed|revoked)/is.test(text)
}
