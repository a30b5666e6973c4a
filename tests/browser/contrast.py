"""Whether the words of a page stand out from what they stand on, as their computed colours tell.

In the other light nothing but colours is different: axe, which draws a whole page to know what lies on what, looked at
the first one, and this takes a hundredth of its time.
"""

from typing import Final

from playwright.async_api import Page

# WCAG 2.2, 1.4.3: 4.5 to 1, and 3 to 1 for large text (24 px, or 18.66 px and bold).
TOO_FAINT: Final = """() => {
    const pixel = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const known = new Map();
    const channels = colour => {
        if (!known.has(colour)) {
            pixel.clearRect(0, 0, 1, 1);
            pixel.fillStyle = colour;
            pixel.fillRect(0, 0, 1, 1);
            const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
            known.set(colour, [red, green, blue, alpha / 255]);
        }
        return known.get(colour);
    };
    const over = (top, under) => top.slice(0, 3).map((value, at) => value * top[3] + under[at] * (1 - top[3]));
    const light = colour => {
        const [red, green, blue] = colour.map(value => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = element => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            if (style.backgroundImage !== "none") return null;
            layers.push(channels(style.backgroundColor));
            if (layers.at(-1)[3] === 1) break;
        }
        const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
        return layers.reduceRight((under, top) => over(top, under), canvas);
    };
    const faint = new Set();
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
        const element = words.currentNode.parentElement;
        const box = element.getBoundingClientRect();
        const seen = words.currentNode.data.trim() && box.width > 1 && box.height > 1 && element.checkVisibility();
        if (!seen || element.closest(":disabled, [aria-disabled=true], script, style, option")) continue;
        const under = ground(element);
        if (!under) continue;
        const style = getComputedStyle(element);
        const text = over(channels(element instanceof SVGElement ? style.fill : style.color), under);
        const [dim, bright] = [light(text), light(under)].sort((one, other) => one - other);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        const ratio = (bright + 0.05) / (dim + 0.05);
        if (ratio < (large ? 3 : 4.5)) faint.add(`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 200)}`);
    }
    return [...faint];
}"""


async def too_faint(page: Page) -> list[str]:
    """The elements whose words are hard to see, each with its contrast."""
    found: list[str] = await page.evaluate(TOO_FAINT)
    return found
