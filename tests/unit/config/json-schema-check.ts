import { z } from 'zod'

/** The part of JSON Schema that agent.yaml's needs. */
const schemaPart = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  minItems: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  required: z.array(z.string()).optional(),
})

/** Whether a value is as a JSON Schema says. */
export function fits(schema: unknown, value: unknown): boolean {
  if (schema === false) return false
  const part = schemaPart.parse(schema)
  if (part.type !== undefined && !typesOf(value).some((type) => [part.type].flat().includes(type)))
    return false
  if (part.enum !== undefined && !part.enum.includes(value)) return false
  if (part.anyOf !== undefined && !part.anyOf.some((form) => fits(form, value))) return false
  if (Array.isArray(value)) return isListFitting(part, value)
  return typeof value === 'object' && value !== null ? isMapFitting(part, value) : true
}

function isListFitting(part: z.infer<typeof schemaPart>, list: readonly unknown[]): boolean {
  const { items, minItems = 0 } = part
  return list.length >= minItems && (items === undefined || list.every((item) => fits(items, item)))
}

function isMapFitting(part: z.infer<typeof schemaPart>, map: object): boolean {
  const { properties = {}, additionalProperties = {}, required = [] } = part
  if (required.some((name) => !Object.hasOwn(map, name))) return false
  return Object.entries(map).every(([name, value]) =>
    fits(Object.hasOwn(properties, name) ? properties[name] : additionalProperties, value),
  )
}

/** A whole number is a number too. */
function typesOf(value: unknown): string[] {
  if (value === null) return ['null']
  if (Array.isArray(value)) return ['array']
  return Number.isInteger(value) ? ['integer', 'number'] : [typeof value]
}

/** Every property below a schema, by the names on the way. */
export function propertiesOf(schema: unknown, path = ''): { path: string; schema: unknown }[] {
  const { properties = {}, anyOf = [], items } = schemaPart.parse(schema)
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => {
      const place = path === '' ? name : `${path}.${name}`
      return [{ path: place, schema: inner }, ...propertiesOf(inner, place)]
    }),
    ...anyOf.flatMap((form) => propertiesOf(form, path)),
    ...(items === undefined ? [] : propertiesOf(items, `${path}[]`)),
  ]
}
