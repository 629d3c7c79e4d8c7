/** The label that everything a test makes on an engine carries; its value is the id of the test run. */
export const testLabel = 'agentops.test'

/** The variable with the id of the test run: inherited by everything the tests start, and the value of their labels. */
export const testIdVariable = 'AGENT_TEST_ID'
