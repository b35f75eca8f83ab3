import { expect, test } from 'vitest'
import { createChannels } from '../../../../electron/engine/machines/transports/channels.ts'

/** A place that is kept until others want it. */
function kept(channels: ReturnType<typeof createChannels>) {
  let back = () => {}
  let asked = 0
  const giveWay = () => {
    asked += 1
    back()
  }
  const taken = channels.take(false, giveWay).then(give => {
    back = give
  })
  return { taken, asked: () => asked }
}

test('who keeps the only place for long gives it to whoever wants it, whenever it was taken', async () => {
  const channels = createChannels(2)
  const first = await channels.take(false)
  const second = await channels.take(false)
  channels.shrink() // the machine refused the second one: it takes one at a time
  second()
  first()
  const { taken, asked } = kept(channels)
  await taken
  const back = await channels.take(false)
  expect(asked()).toBe(1)
  back()
})

test('where there is room for others it is kept', async () => {
  const channels = createChannels(2)
  const { taken, asked } = kept(channels)
  await taken
  const back = await channels.take(true)
  const next = channels.take(false)
  expect(asked()).toBe(0)
  back()
  ;(await next)()
  expect(asked()).toBe(0)
})

test('who would keep a place for long gets it after those who merely work', async () => {
  const channels = createChannels(1)
  const back = await channels.take(false)
  const { taken, asked } = kept(channels)
  const next = channels.take(false)
  back()
  const after = await next
  expect(asked()).toBe(0)
  after()
  await taken
})
