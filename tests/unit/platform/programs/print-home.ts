import { currentHost } from '../../../../src/platform/host.ts'

console.log(currentHost().homeDir)
