const ADJECTIVES =
  'able agile amber brave bright brisk calm clear clever cosmic crisp daring deft eager early fair fleet fresh gentle glad golden happy humble jolly keen kind light lively lucky mellow merry mild neat nimble noble polite proud quick quiet rapid ready royal sharp shiny silent smart snug solid spry steady sunny swift tidy vivid warm wise witty young'.split(
    ' ',
  )

const ANIMALS =
  'badger beaver bison bobcat camel cheetah cobra condor coyote crane dingo dolphin eagle falcon ferret finch fox gecko gibbon heron hyena ibex iguana jackal jaguar kestrel koala lemur leopard lizard llama lynx macaw magpie marmot marten mole moose newt ocelot orca osprey otter owl panda panther parrot pelican penguin pika puffin puma quail rabbit raven robin salmon seal shark sparrow stork swan tapir tiger toucan turtle viper walrus weasel wolf wombat wren yak zebra'.split(
    ' ',
  )

/** A name such as `brave-otter`, for runs that were given none. Always a DNS label. */
export function randomName(): string {
  return `${pick(ADJECTIVES)}-${pick(ANIMALS)}`
}

function pick(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? 'agent'
}
