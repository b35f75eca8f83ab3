import { type CampaignCosts, type CostsQuestion, costsOf } from './campaign-costs.ts'

export interface AskedCosts {
  readonly n: number
  readonly question: CostsQuestion
}

export interface AnsweredCosts {
  readonly n: number
  readonly costs: CampaignCosts
}

addEventListener('message', ({ data: { n, question } }: MessageEvent<AskedCosts>) => {
  const answer: AnsweredCosts = { n, costs: costsOf(question) }
  postMessage(answer)
})
