import type { RunPlan } from '../../../src/run/plan.ts'

/** Of a detached run that sleeps. */
export const IDLE_PLAN: RunPlan = {
  name: 'myapp',
  workspace: '/nowhere',
  runtime: 'docker',
  image: 'busybox:latest',
  imageSource: 'image',
  pull: 'missing',
  command: ['sleep', '600'],
  envNames: [],
  mounts: [],
  services: [{ name: 'web', containerPort: 3000 }],
  network: { policy: 'permissive', allow: [] },
  sandbox: { mode: 'none' },
  interactive: false,
  attached: false,
  keep: false,
}
