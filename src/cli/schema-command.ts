import type { AppContext } from './app-context.ts'
import { newCommand } from './global-options.ts'

export function schemaCommand(app: AppContext) {
  return newCommand('schema')
    .summary('print the JSON Schema of agent.yaml')
    .description(
      'Print the JSON Schema of agent.yaml, for editors: "# yaml-language-server: $schema=<file>" in its first line.',
    )
    .action(async () => {
      const { projectJsonSchema } = await import('../config/project-json-schema.ts')
      const { CATALOGUE } = await import('../image/catalogue.ts')
      const schema = projectJsonSchema([...CATALOGUE.keys()])
      app.output.answer(JSON.stringify(schema, undefined, 2))
    })
}
