import { headLine } from "../../evidence/head.ts";
import type { PageData } from "../pageData.ts";
import { code, facts } from "./details.ts";
import { counted, element, number, size, time } from "./element.ts";

/** Whether the evidence is as it was sealed, and what the seal is. */
export function integritySection({ integrity, run }: PageData): HTMLElement {
  const { holds, violations, notices, findings } = integrity;
  const asSealed = `${counted(integrity.objects, "object")} with ${counted(integrity.items, "item")} in ${size(integrity.bytes)} are as sealed`;
  const noticed = Object.entries(notices).map(([kind, count]) => `${kind}: ${number(count)}`);
  return element(
    "section",
    { id: "integrity", "aria-labelledby": "integrity-title" },
    element("h2", { id: "integrity-title" }, "Integrity"),
    element(
      "p",
      { class: `verdict ${holds ? "good" : "bad"}` },
      element("strong", {}, holds ? "✓ The evidence is as it was sealed." : "✕ The evidence is not as it was sealed."),
      ` ${holds ? `Signature and chain fit, and ${asSealed}.` : `${counted(violations, "violation")}; ${asSealed}.`}`,
    ),
    integrity.key === "beside" &&
      element(
        "p",
        { class: "notice" },
        "The key came with the evidence, so this proves the evidence is unchanged, not who signed it. To prove the signer, run ",
        code(`itaudit report ${run.run_id} --dir <folder> --public-key key.pem`),
        " with the public key that you got another way.",
      ),
    !run.complete &&
      element(
        "p",
        { class: "notice" },
        "The run was sealed on request before all of its tasks were done: it is incomplete.",
      ),
    findings.length > 0 &&
      element(
        "div",
        { class: "scroll short", tabindex: 0, role: "region", "aria-label": "What is not as sealed, scrollable" },
        element(
          "table",
          {},
          element(
            "thead",
            {},
            element("tr", {}, ...["Kind", "Object", "Problem"].map((head) => element("th", { scope: "col" }, head))),
          ),
          element(
            "tbody",
            {},
            ...findings.map(({ kind, key, problem }) =>
              element(
                "tr",
                {},
                element("th", { scope: "row" }, kind),
                element("td", { class: "mono" }, key),
                element("td", {}, problem),
              ),
            ),
          ),
        ),
      ),
    facts([
      ["Manifest", code(run.manifest_key)],
      ["SHA-256", code(run.manifest_sha256)],
      ["Sequence number", integrity.head ? number(integrity.head.sequence) : null],
      ["Head of the chain, to be kept", integrity.head ? code(headLine(integrity.head)) : null],
      ["Started, sealed", `${time(run.started_at)}, ${time(run.sealed_at)}`],
      ["Requested by", run.requested_by],
      ["Notices", noticed.join(", ")],
      ["Check it yourself", code(`itaudit verify ${run.run_id} --dir <folder> --public-key key.pem`)],
    ]),
  );
}
