/** A dev server's own refusal of the host it was asked by, and what makes it accept it. */
export type HostBlock = { framework: string; remedy: string }

type Mark = HostBlock & { statuses: readonly number[]; pattern: RegExp }

const marks: readonly Mark[] = [
  {
    framework: 'Vite',
    statuses: [403],
    pattern: /Blocked request\. This host \(/,
    remedy: 'server.allowedHosts: [".localhost"] in vite.config',
  },
  {
    framework: 'webpack-dev-server',
    statuses: [403],
    pattern: /^(?:[\da-f]+\r\n)?Invalid Host header/i,
    remedy: 'devServer.allowedHosts: [".localhost"] in webpack.config',
  },
  {
    framework: 'Next.js',
    statuses: [403],
    pattern: /^(?:c\r\n)?Unauthorized(?:\r\n|$)/,
    remedy:
      'allowedDevOrigins: ["**.localhost"] in next.config, or the flat name: web--myapp.localhost',
  },
  {
    framework: 'Rails',
    statuses: [403],
    pattern: /Blocked hosts?:/,
    remedy: 'config.hosts << ".localhost" in config/environments/development.rb',
  },
  {
    framework: 'Django',
    statuses: [400],
    pattern: /DisallowedHost|Invalid HTTP_HOST header/,
    remedy: 'ALLOWED_HOSTS = [".localhost"] in settings.py',
  },
]

/** Whether any dev server answers so when it does not like the host. */
export function mayBeHostBlock(status: number): boolean {
  return marks.some((mark) => mark.statuses.includes(status))
}

/** Recognises a refusal by its status and the first bytes of its body, chunk sizes included. */
export function recogniseHostBlock(status: number, bodyStart: string): HostBlock | undefined {
  const mark = marks.find(
    ({ statuses, pattern }) => statuses.includes(status) && pattern.test(bodyStart),
  )
  return mark && { framework: mark.framework, remedy: mark.remedy }
}
