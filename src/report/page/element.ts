type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/**
 * Makes an element. Children that are no nodes become text, so that nothing the evidence says is ever markup.
 * A function is a listener (`click: open`); true is an attribute without a value, false and undefined are none.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
export function svg(name: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled<Made extends Element>(target: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") target.addEventListener(key, value);
    else if (value !== undefined && value !== false) target.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children)
    if (child !== null && child !== undefined && child !== false)
      target.append(typeof child === "number" ? String(child) : child);
  return target;
}

export const number = (value: number): string => value.toLocaleString("en-US");

/** `3 findings`, `1 finding`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** `24 Nov 2026, 10:00:02 UTC` → sorted and read alike: `2026-11-24 10:00:02 UTC`. */
export const time = (iso: string): string => `${iso.slice(0, 19).replace("T", " ")} UTC`;

/** 1,234,567 bytes → `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  const [divisor, unit] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}
