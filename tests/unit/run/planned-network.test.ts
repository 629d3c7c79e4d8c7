import { expect, test } from 'bun:test'
import { networkOfPlan } from '../../../src/run/planned-network.ts'

test('the network of a kept plan is read back', () => {
  const network = { policy: 'strict', allow: [{ host: 'a.example', port: 443 }] } as const
  expect(networkOfPlan(JSON.parse(JSON.stringify({ name: 'a', network })))).toEqual(network)
})

test.each([[undefined], [{}], [{ network: { policy: 'open' } }]])(
  'a plan that cannot be read (%j) allows nothing',
  (plan) => {
    expect(networkOfPlan(plan)).toEqual({ policy: 'strict', allow: [] })
  },
)
