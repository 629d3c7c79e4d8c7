import type { Page } from 'playwright-core'
import { z } from 'zod'

const looks = z.object({
  /** How far the page can be scrolled sideways, in CSS pixels. */
  overflowPixels: z.number(),
  /** Of every piece of text: what it says and its contrast with what is behind it (WCAG 2.2 §1.4.3). */
  texts: z.array(z.object({ text: z.string(), contrast: z.number() })),
})

export type PageLooks = z.infer<typeof looks>

/** Measures a page as it is shown. Colours are read back from a canvas, which knows every notation. */
export async function measureLooks(page: Page): Promise<PageLooks> {
  return looks.parse(await page.evaluate(`(${MEASURE})()`))
}

const MEASURE = String.raw`() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const paint = (colors) => {
    canvas.clearRect(0, 0, 1, 1)
    for (const color of colors) {
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
    }
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)]
  }
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((byte) => {
      const value = byte / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const behind = (element) => {
    const backgrounds = [isDark ? 'black' : 'white']
    const chain = []
    for (let at = element; at !== null; at = at.parentElement) chain.unshift(at)
    return [...backgrounds, ...chain.map((each) => getComputedStyle(each).backgroundColor)]
  }
  const texts = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim()
    const element = walker.currentNode.parentElement
    if (text === '' || element.tagName === 'SCRIPT') continue
    const back = behind(element)
    const [low, high] = [paint(back), paint([...back, getComputedStyle(element).color])]
      .map(luminance)
      .sort((a, b) => a - b)
    texts.push({ text, contrast: (high + 0.05) / (low + 0.05) })
  }
  const { scrollWidth, clientWidth } = document.documentElement
  return { overflowPixels: scrollWidth - clientWidth, texts }
}`
