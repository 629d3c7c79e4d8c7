/** By the name of the probe: why its outcome is not the same everywhere. */
export const whyDifferent: Readonly<Record<string, string>> = {
  'no bounding capability':
    'Docker leaves its usual bounding set; a command that is not root and may gain no privileges has no use of it',
  'the environment of the first process':
    "Docker's first process has the environment of the run itself, nothing of the machine's; the embedded runtime gives its own to the command only",
  run: 'folders of the image, empty; nothing of the machine',
  'logs and data': "the image's own logs; nothing of the machine",
  sysfs:
    "Docker mounts the machine's sysfs, read-only: names and numbers of its hardware can be read",
  'control groups': 'Docker shows the control group of the container, read-only',
  'a setuid bit works in the workspace':
    'Docker binds the workspace without `nosuid`; `no-new-privileges` makes the bit worthless inside all the same',
  'a route to other machines':
    'a container is on a network of the engine, the internet included; an embedded run has no network, and leaves through a proxy',
  'only loopback': 'as the row before',
  'own folders are writable': '`/run` belongs to root of the image, and is not writable for others',
}
