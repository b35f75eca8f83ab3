import type { RememberedTime } from '../../shared/model/times.ts'
import {
  type CampaignLength,
  type CampaignParams,
  estimateOf,
  estimateText,
  lengthOf,
} from '../../shared/workflows/index.ts'

/** What a campaign would take is asked of these machines. */
export interface CostsQuestion {
  readonly params: CampaignParams
  /** That of the form. */
  readonly machine: string
  readonly machines: readonly MachineBefore[]
}

/** What is known of a machine before a campaign is started there. */
export interface MachineBefore {
  readonly name: string
  readonly times: readonly RememberedTime[]
  /** Keys of the calculations whose results are here already. */
  readonly found: ReadonlySet<string>
  /** How many jobs compute side by side. */
  readonly side: number
}

export interface CampaignCosts {
  /** Calculations, core hours and disk on the machine of the form, in a sentence. */
  readonly estimate: string
  /** By machine; null where it is not known. */
  readonly lengths: ReadonlyMap<string, CampaignLength | null>
}

/** Hundreds of draws for each machine: half a second. */
export function costsOf({ params, machine, machines }: CostsQuestion): CampaignCosts {
  const of = machines.find(({ name }) => name === machine)
  return {
    estimate: estimateText(estimateOf(params, of?.times ?? [], of?.found)),
    lengths: new Map(machines.map(({ name, times, found, side }) => [name, lengthOf(params, times, found, side)])),
  }
}
