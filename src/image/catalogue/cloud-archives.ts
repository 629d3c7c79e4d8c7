import type { ArchiveEntry } from '../catalogue-entry.ts'

/** Tools for what runs elsewhere. */
export const CLOUD_ARCHIVES: Readonly<Record<string, ArchiveEntry>> = {
  helm: {
    kind: 'release archive',
    description: 'package manager of Kubernetes',
    homepage: 'https://helm.sh',
    defaultVersion: '4.2.4',
    url: 'https://get.helm.sh/helm-v{version}-linux-{arch}.tar.gz',
    checksum: {
      form: 'single',
      url: 'https://get.helm.sh/helm-v{version}-linux-{arch}.tar.gz.sha256sum',
    },
    commands: { helm: 'linux-{arch}/helm' },
  },
  kubectl: {
    kind: 'release archive',
    description: 'command line of Kubernetes',
    homepage: 'https://kubernetes.io/docs/reference/kubectl/',
    defaultVersion: '1.36.4',
    url: 'https://dl.k8s.io/v{version}/bin/linux/{arch}/kubectl',
    checksum: {
      form: 'single',
      url: 'https://dl.k8s.io/v{version}/bin/linux/{arch}/kubectl.sha256',
    },
    commands: { kubectl: 'kubectl' },
  },
  terraform: {
    kind: 'release archive',
    description: 'infrastructure as code',
    homepage: 'https://developer.hashicorp.com/terraform',
    defaultVersion: '1.15.9',
    url: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_linux_{arch}.zip',
    checksum: {
      form: 'list',
      url: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_SHA256SUMS',
    },
    commands: { terraform: 'terraform' },
  },
}
