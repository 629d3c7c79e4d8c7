import { pageTest } from './page-test.ts'

const SUITE = 'is part of this test run: .ci/run'
const RELEASE = 'changes this checkout: tests/e2e/release makes a release of a copy'
const LONG = 'takes minutes and writes its page'

pageTest({
  page: 'CONTRIBUTING.md',
  notTyped: {
    'npm install': SUITE,
    'npm run check': SUITE,
    'npm test': SUITE,
    'npm test -- unit': SUITE,
    'npm test -- deno-unit': SUITE,
    'npm run format': 'changes files of this project; check does the same without',
    'npm run build': SUITE,
    'npx bun scripts/release.ts 1.2.0 --base-url https://example.com/agent/1.2.0': RELEASE,
    "git commit -am 'Release 1.2.0'": RELEASE,
    'git tag v1.2.0': RELEASE,
    'npm run conformance': LONG,
    'npm run bench -- cli': LONG,
  },
})
