import { buildInfo } from '../../../../src/platform/build-info.ts'
import { faultPoint } from '../../../../src/platform/fault-point.ts'

if (globalThis.AGENT_FAULTS) faultPoint(() => 'probe/half-way')
process.stdout.write(JSON.stringify(buildInfo()))
