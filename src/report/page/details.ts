import { element, number } from "./element.ts";

const title = element("h2", { id: "details-title", tabindex: -1 });
const content = element("div", { class: "content" });
const dialog = element(
  "dialog",
  { "aria-labelledby": "details-title" },
  element(
    "header",
    {},
    title,
    element("button", { type: "button", class: "close", "aria-label": "Close", click: () => dialog.close() }, "×"),
  ),
  content,
);

/** Where details are shown, one thing at a time; Escape closes it, and the focus goes back to where it was. */
export const detailsDialog = (): HTMLDialogElement => {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
};

export function showDetails(heading: string, ...children: (Node | string)[]): void {
  title.textContent = heading;
  content.replaceChildren(...children);
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  title.focus();
}

export const closeDetails = (): void => dialog.close();

/** Names and what they are; those without a value are left out. */
export const facts = (pairs: readonly (readonly [string, Node | string | null | undefined])[]): HTMLElement =>
  element(
    "dl",
    { class: "facts" },
    ...pairs.flatMap(([name, value]) =>
      value === null || value === undefined || value === "" ? [] : [element("dt", {}, name), element("dd", {}, value)],
    ),
  );

/** Where the evidence of a resource is, and how to read it. */
export const evidenceFacts = ({
  object,
  line,
  sha256,
}: {
  object: string;
  line: number;
  sha256: string;
}): HTMLElement =>
  facts([
    ["Object", code(object)],
    ["Line", number(line)],
    ["SHA-256", code(sha256)],
    ["Read it", code(`aws s3 cp "s3://<bucket>/${object}" - | gunzip | sed -n ${line}p`)],
  ]);

/** Text to be copied: a key, a hash, a command. */
export const code = (text: string): HTMLElement => element("code", {}, text);
