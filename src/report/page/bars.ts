import { element, number, svg } from "./element.ts";

/** Bars at most; the rest is summed up in one line. */
const BARS = 12;
const WIDTH = 100;

/** Counts as horizontal bars, the greatest first: a table whose bars are drawings beside their numbers. */
export function bars(title: string, head: string, counts: ReadonlyMap<string, number>): HTMLElement {
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sorted.slice(0, BARS);
  const most = shown[0]?.[1] ?? 1;
  const rest = sorted.slice(BARS).reduce((total, [, count]) => total + count, 0);
  return element(
    "table",
    { class: "bars" },
    element("caption", {}, title),
    element("colgroup", {}, element("col", { class: "label" }), element("col", { class: "count" }), element("col")),
    element(
      "thead",
      { class: "unseen" },
      element(
        "tr",
        {},
        element("th", { scope: "col" }, head),
        element("th", { scope: "col" }, "Resources"),
        element("td"),
      ),
    ),
    element(
      "tbody",
      {},
      ...shown.map(([name, count]) =>
        element(
          "tr",
          {},
          element("th", { scope: "row", title: name }, name),
          element("td", { class: "n" }, number(count)),
          element("td", { class: "bar" }, bar([{ share: count / most, kind: "plain" }])),
        ),
      ),
      rest > 0 &&
        element(
          "tr",
          { class: "rest" },
          element("th", { scope: "row" }, `${number(sorted.length - BARS)} others`),
          element("td", { class: "n" }, number(rest)),
          element("td"),
        ),
    ),
  );
}

/** One bar of parts side by side. Its numbers stand beside it as text, so it is hidden from assistive technology. */
export function bar(parts: readonly { share: number; kind: string }[]): SVGElement {
  let x = 0;
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} 8`, preserveAspectRatio: "none", "aria-hidden": "true", class: "drawn" },
    ...parts.map(({ share, kind }) => {
      const width = share > 0 ? Math.max(0.8, share * WIDTH) : 0;
      const drawn = svg("rect", { x, y: 0, width, height: 8, class: kind });
      x += width;
      return drawn;
    }),
  );
}
