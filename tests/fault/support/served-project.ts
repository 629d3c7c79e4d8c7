import type { AgentHome } from '../../e2e/support/agent-home.ts'

/** A project whose service `web` says which run it is, on plain runc: what is drilled here is not the boundary. */
export function servedProject(home: AgentHome): string {
  return home.project('served', {
    'agent.yaml': `image: busybox:latest
ports: { web: 3000 }
command: |
  mkdir -p /tmp/www && echo "I am $AGENTOPS_RUN_NAME $AGENTOPS_RUN_ID" > /tmp/www/index.html
  exec busybox httpd -f -p 3000 -h /tmp/www
`,
  })
}
