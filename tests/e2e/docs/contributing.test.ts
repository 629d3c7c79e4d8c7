import { pageTest } from './page-test.ts'

const SUITE = 'is part of this test run: .ci/run'
const LONG = 'takes minutes and writes its page'

pageTest({
  page: 'CONTRIBUTING.md',
  notTyped: {
    'npm install': SUITE,
    'npm run check': SUITE,
    'npm test': SUITE,
    'npm test -- unit': SUITE,
    'npm run format': 'changes files of this project; check does the same without',
    'npm run build': SUITE,
    'npm run conformance': LONG,
    'npm run bench -- cli': LONG,
  },
})
