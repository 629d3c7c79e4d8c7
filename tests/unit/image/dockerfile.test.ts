import { describe, expect, test } from 'bun:test'
import { baseReferences, dockerfileOf } from '../../../src/image/dockerfile.ts'
import { CATALOGUE } from '../../../src/image/catalogue.ts'
import { planOf } from './plans.ts'

const PLAIN = { architecture: 'amd64', cacheMounts: false } as const

const USER = `ARG AGENT_UID=1000
ARG AGENT_GID=1000

RUN { grep -q "^[^:]*:[^:]*:$AGENT_GID:" /etc/group || echo "agent:x:$AGENT_GID:" >> /etc/group; } \\
 && { [ "$AGENT_UID" = 0 ] || sed -i "/^[^:]*:[^:]*:$AGENT_UID:/d" /etc/passwd; } \\
 && { [ "$AGENT_UID" = 0 ] || echo "agent:x:$AGENT_UID:$AGENT_GID::/home/agent:/bin/bash" >> /etc/passwd; } \\
 && mkdir -p /home/agent /workspace \\
 && chown "$AGENT_UID:$AGENT_GID" /home/agent /workspace

ENV HOME=/home/agent
WORKDIR /workspace
`

describe('a Dockerfile', () => {
  test('of one language starts from its slim image', () => {
    expect(dockerfileOf(planOf('typescript@5.7', 'node@22', 'jq'), PLAIN)).toBe(`FROM node:22-slim

RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
      ca-certificates jq \\
 && rm -rf /var/lib/apt/lists/*

RUN export NODE_DISABLE_COMPILE_CACHE=1 \\
 && npm install --global --no-audit --no-fund typescript@5.7 \\
 && rm -rf /root/.npm

${USER}
USER \${AGENT_UID}:\${AGENT_GID}
`)
  })

  test('of several languages copies them onto Debian', () => {
    const plan = planOf('python@3.12', 'go', 'node@22.11', 'jq')
    const text = dockerfileOf(plan, PLAIN)
    expect(text).toStartWith('FROM debian:bookworm-slim\n')
    expect(text.match(/^COPY .*/gm)).toEqual([
      'COPY --from=golang:1.22-bookworm /usr/local/go/ /usr/local/go/',
      'COPY --from=node:22.11-bookworm-slim /usr/local/ /usr/local/',
      'COPY --from=node:22.11-bookworm-slim /opt/ /opt/',
      'COPY --from=python:3.12-slim-bookworm /usr/local/ /usr/local/',
    ])
    expect(text).toContain(
      'ENV GOTOOLCHAIN=local LANG=C.UTF-8 PATH=/usr/local/go/bin:/home/agent/go/bin:$PATH\n',
    )
    expect(text).toMatch(/ca-certificates jq libatomic1 .* libssl3 .* zlib1g/)
    expect(baseReferences(plan)).toEqual([
      'debian:bookworm-slim',
      'golang:1.22-bookworm',
      'node:22.11-bookworm-slim',
      'python:3.12-slim-bookworm',
    ])
  })

  test('compares what it fetches with the published sum', () => {
    const text = dockerfileOf(planOf('gh@2.50.0', 'ripgrep', 'yq', 'gofumpt'), PLAIN)
    expect(text).toContain(`RUN mkdir /tmp/agent-install && cd /tmp/agent-install \\
 && curl -fsSL --retry 3 -O https://github.com/cli/cli/releases/download/v2.50.0/gh_2.50.0_linux_amd64.tar.gz \\
 && curl -fsSL --retry 3 https://github.com/cli/cli/releases/download/v2.50.0/gh_2.50.0_checksums.txt | awk -v f=gh_2.50.0_linux_amd64.tar.gz '$2 == f || $2 == "*" f { print $1 "  " f }' | sha256sum -c - \\
 && tar -xzf gh_2.50.0_linux_amd64.tar.gz --no-same-owner \\
 && install -m 0755 gh_2.50.0_linux_amd64/bin/gh /usr/local/bin/gh \\
 && rm -rf /tmp/agent-install
`)
    expect(text).toContain("| grep -F 'SHA256 (yq_linux_amd64) = ' | sha256sum -c -")
    expect(text.match(/sha256sum/g)).toHaveLength(3)
  })

  test('is for the architecture that is asked for', () => {
    const text = dockerfileOf(planOf('protoc', 'kubectl', 'aws'), {
      ...PLAIN,
      architecture: 'arm64',
    })
    expect(text).toContain('linux-aarch_64.zip')
    expect(text).toContain('/bin/linux/arm64/kubectl\u0020')
    expect(text).toContain('awscli-exe-linux-aarch64-')
    expect(text).not.toMatch(/amd64|x86_64/)
  })

  test('keeps downloads in cache mounts, and removes nothing from there', () => {
    const plan = planOf('node', 'npm:a', 'jq', 'python', 'pip:b', 'go', 'go:c.org/d')
    const text = dockerfileOf(plan, { ...PLAIN, cacheMounts: true })
    expect(text.match(/target=[^,]*,sharing=locked/g)).toHaveLength(6)
    expect(text).not.toMatch(/rm -rf/)
  })

  test('has hooks as one step, line by line, as the run user', () => {
    const hooks = ['mkdir a\n# why\n  cd a', 'echo done\n']
    expect(dockerfileOf(planOf('jq'), { ...PLAIN, hooks })).toEndWith(
      'USER ${AGENT_UID}:${AGENT_GID}\n\nRUN mkdir a \\\n && cd a \\\n && echo done\n',
    )
  })

  test('with Docker inside names no user, because that is for its entry point to become', () => {
    for (const mode of ['host', 'dind'] as const) {
      const text = dockerfileOf({ ...planOf('jq'), dockerMode: mode }, PLAIN)
      expect(text).toContain(`COPY --from=docker:28.5.2-${mode === 'host' ? 'cli' : 'dind'} `)
      expect(text).toEndWith('ENTRYPOINT ["/usr/local/bin/agent-init"]\n')
      expect(text).not.toContain('USER ')
      expect(text.includes('/usr/local/bin/dockerd')).toBe(mode === 'dind')
      expect(text.includes(' iptables')).toBe(mode === 'dind')
    }
  })

  test('quotes what a shell would read', () => {
    const text = dockerfileOf(planOf('python', 'pip:requests[socks]@2.32.3'), PLAIN)
    expect(text).toContain(`ignore 'requests[socks]==2.32.3'`)
  })
})

const languages = [...CATALOGUE].flatMap(([name, { kind }]) =>
  kind === 'base image' ? [name] : [],
)

describe('without cache mounts the classic builder understands', () => {
  test.each([...CATALOGUE.keys()])('%s', (name) => {
    const text = dockerfileOf(planOf(...languages, name), PLAIN)
    const logical = text.replaceAll(/\\\n/g, '').split('\n')
    const known = /^(?:FROM|RUN|COPY|ENV|ARG|USER|WORKDIR|ENTRYPOINT) [^-]|^COPY --from=|^$/
    expect(logical.filter((line) => !known.test(line))).toEqual([])
    expect(text).not.toMatch(/\{(?:version|arch)\}|undefined|<<|--mount/)
    expect(text.match(/apt-get install/g)).toHaveLength(1)
  })
})
