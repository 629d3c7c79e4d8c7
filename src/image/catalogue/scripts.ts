import type { ScriptEntry } from '../catalogue-entry.ts'

/** What has an installer of its own. None of these projects publishes sums of its files. */
export const SCRIPTS: Readonly<Record<string, ScriptEntry>> = {
  aws: {
    kind: 'script',
    description: 'command line of Amazon Web Services',
    homepage: 'https://aws.amazon.com/cli/',
    defaultVersion: '2.36.29',
    arch: { amd64: 'x86_64', arm64: 'aarch64' },
    packages: ['curl', 'unzip'],
    commands: [
      'curl -fsSL --retry 3 -o aws.zip https://awscli.amazonaws.com/awscli-exe-linux-{arch}-{version}.zip',
      'unzip -q aws.zip',
      './aws/install',
    ],
    env: {},
  },
  gcloud: {
    kind: 'script',
    description: 'command line of Google Cloud',
    homepage: 'https://cloud.google.com/sdk/',
    defaultVersion: '562.0.0',
    arch: { amd64: 'x86_64', arm64: 'arm' },
    packages: ['curl', 'python3'],
    commands: [
      'curl -fsSL --retry 3 -o sdk.tar.gz https://dl.google.com/dl/cloudsdk/channels/rapid/downloads/google-cloud-cli-{version}-linux-{arch}.tar.gz',
      'tar -xzf sdk.tar.gz -C /opt --no-same-owner',
      'for name in bq gcloud gsutil; do ln -s /opt/google-cloud-sdk/bin/$name /usr/local/bin/$name; done',
    ],
    env: { CLOUDSDK_PYTHON: '/usr/bin/python3', CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
  },
  playwright: {
    kind: 'script',
    description: 'browser automation, with Chromium',
    homepage: 'https://playwright.dev',
    requires: ['node'],
    defaultVersion: 'latest',
    packages: [],
    commands: [
      'export NODE_DISABLE_COMPILE_CACHE=1',
      'npm install --global --no-audit --no-fund playwright@{version}',
      'playwright install --with-deps chromium',
      'chmod -R a+rX /opt/playwright',
      'rm -rf /root/.npm /var/lib/apt/lists/*',
    ],
    // Beside anybody's home folder: the browser is for the user of the run.
    env: { PLAYWRIGHT_BROWSERS_PATH: '/opt/playwright' },
  },
}
