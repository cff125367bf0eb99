import { element } from "./element.ts";

export interface Column {
  key: string;
  label: string;
  /** Class of the column's cells: its width, and whether a narrow screen leaves it out. */
  kind?: string;
  cell: (row: number) => Node | string;
}

export interface LongTableOptions {
  label: string;
  columns: readonly Column[];
  /** Opens a row; its first cell is a button then. */
  open?: (row: number) => void;
  /** Sorts by a column, which then is a button in the table's head. */
  sort?: (key: string) => void;
}

/** Rows beyond the edges that are there too, so that scrolling shows no gaps. */
const MARGIN = 12;
/** Rows on paper at most. */
const PRINTED = 2_000;

/** A table of any length, of which the rows in sight are made. To assistive technology it is as long as it is. */
export class LongTable {
  readonly root: HTMLElement;
  private readonly head: HTMLTableSectionElement;
  private readonly body = element("tbody");
  private readonly above = spacer();
  private readonly below = spacer();
  private readonly table: HTMLTableElement;
  private readonly rendered = new Map<number, HTMLTableRowElement>();
  private rows: ArrayLike<number> = [];
  /** The place whose button is reached with Tab; the arrow keys go on from there. */
  private current = 0;
  private rowHeight = 34;

  constructor(private readonly options: LongTableOptions) {
    this.head = element(
      "thead",
      {},
      element("tr", { "aria-rowindex": 1 }, ...options.columns.map((column) => this.headCell(column))),
    );
    this.table = element("table", { class: "long", "aria-label": options.label }, this.head, this.body);
    this.root = element(
      "div",
      {
        class: "scroll",
        tabindex: 0,
        role: "region",
        "aria-label": `${options.label}, scrollable`,
        scroll: () => this.draw(),
      },
      this.table,
    );
    this.body.append(this.above, this.below);
    this.body.addEventListener("keydown", (event) => this.move(event));
    new ResizeObserver(() => this.draw()).observe(this.root);
    addEventListener("beforeprint", () => this.draw(PRINTED));
    addEventListener("afterprint", () => this.draw());
  }

  /** Shows these rows, in this order, from the first. */
  show(rows: ArrayLike<number>): void {
    this.rows = rows;
    this.current = 0;
    for (const row of this.rendered.values()) row.remove();
    this.rendered.clear();
    this.table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.root.scrollTop = 0;
    this.draw();
  }

  /** Tells which column the rows are sorted by. */
  sortedBy(key: string, descending: boolean): void {
    for (const cell of this.head.querySelectorAll("th"))
      cell.setAttribute("aria-sort", cell.dataset.key !== key ? "none" : descending ? "descending" : "ascending");
  }

  private headCell({ key, label, kind }: Column): HTMLTableCellElement {
    const { sort } = this.options;
    const content = sort ? element("button", { type: "button", click: () => sort(key) }, label) : label;
    return element("th", { scope: "col", class: kind, "data-key": key, "aria-sort": sort && "none" }, content);
  }

  private draw(all = 0): void {
    const measured = this.measured();
    if (measured) this.rowHeight = measured;
    const { rowHeight } = this;
    const first = all ? 0 : Math.max(0, Math.floor(this.root.scrollTop / rowHeight) - MARGIN);
    const last = all || Math.ceil((this.root.scrollTop + this.root.clientHeight) / rowHeight) + MARGIN;
    const end = Math.min(this.rows.length, last);
    const focused = this.focusedRow();
    // The new stand before the old go: a table that is shorter for a moment would be scrolled elsewhere.
    spread(this.above, first * rowHeight);
    spread(this.below, Math.max(0, this.rows.length - end) * rowHeight);
    let next: Element = this.above;
    for (let rowIndex = first; rowIndex < end; rowIndex++) {
      let row = this.rendered.get(rowIndex);
      if (!row) {
        row = this.makeRow(rowIndex);
        this.rendered.set(rowIndex, row);
        next.after(row);
      }
      next = row;
    }
    for (const [rowIndex, row] of this.rendered)
      if (rowIndex < first || rowIndex >= end) {
        row.remove();
        this.rendered.delete(rowIndex);
      }
    // The focus does not get lost with a row that is scrolled away.
    if (focused !== undefined && !this.rendered.has(focused)) this.root.focus({ preventScroll: true });
    // The first rows tell how high a row is; before the page stands, they have no height.
    const height = measured ? 0 : this.measured();
    if (height && height !== rowHeight) this.draw(all);
  }

  private measured(): number {
    return this.rendered.values().next().value?.getBoundingClientRect().height ?? 0;
  }

  private makeRow(rowIndex: number): HTMLTableRowElement {
    const at = this.rows[rowIndex]!;
    const { columns, open } = this.options;
    const cells = columns.map(({ kind, label, cell }, index) => {
      const content = cell(at);
      if (index) return element("td", { class: kind, "data-label": label }, element("div", { class: "clip" }, content));
      if (!open) return element("th", { scope: "row", class: kind }, element("div", { class: "clip" }, content));
      const button = element(
        "button",
        { type: "button", class: "open", tabindex: rowIndex === this.current ? 0 : -1, click: () => open(at) },
        content,
      );
      return element("th", { scope: "row", class: kind }, button);
    });
    const row = element(
      "tr",
      { "aria-rowindex": rowIndex + 2, "data-row": rowIndex, class: open && "opens" },
      ...cells,
    );
    if (open)
      row.addEventListener("click", (event) => {
        if (!(event.target as Element).closest("button") && !getSelection()?.toString()) open(at);
      });
    return row;
  }

  private focusedRow(): number | undefined {
    const row = this.body.contains(document.activeElement) && document.activeElement?.closest("tr");
    return row ? Number(row.dataset.row) : undefined;
  }

  /** Arrow keys, Page Up and Down, Home and End go from row to row. */
  private move(event: KeyboardEvent): void {
    const from = this.focusedRow();
    if (from === undefined) return;
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.rowHeight) - 2);
    const moves: Record<string, number> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: this.rows.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.focus(Math.min(this.rows.length - 1, Math.max(0, to)));
  }

  private focus(rowIndex: number): void {
    const button = (at: number) => this.rendered.get(at)?.querySelector<HTMLElement>("button.open");
    button(this.current)?.setAttribute("tabindex", "-1");
    this.current = rowIndex;
    const head = this.head.getBoundingClientRect().height;
    const top = rowIndex * this.rowHeight;
    const { scrollTop, clientHeight } = this.root;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + clientHeight - head)
      this.root.scrollTop = top + this.rowHeight - clientHeight + head;
    this.draw();
    button(rowIndex)?.setAttribute("tabindex", "0");
    button(rowIndex)?.focus({ preventScroll: true });
  }
}

const spacer = (): HTMLTableRowElement => element("tr", { "aria-hidden": "true", class: "spacer" }, element("td"));

const spread = (row: HTMLTableRowElement, height: number): void => {
  row.hidden = height === 0;
  (row.firstElementChild as HTMLElement).style.height = `${height}px`;
};
