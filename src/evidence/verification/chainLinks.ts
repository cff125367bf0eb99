import { ChainLink } from "../chain.ts";
import * as layout from "../layout.ts";
import { MANIFEST_FORMAT_2 } from "../manifest.ts";
import type { EvidenceSource } from "../source.ts";
import { parseDocument, readBounded } from "./document.ts";
import type { SealRecord } from "./sealRecord.ts";

/** Bytes of a link: some 120, and who asked for an incomplete seal. */
const LINK_AT_MOST = 65_536;

/** A link of the chain as it stands. */
export interface StandingLink {
  /** By its key. */
  sequence: number;
  text: string;
  /** What it says, where that can be read, is of this sequence number and is written as the system writes it. */
  link: ChainLink | undefined;
}

export async function readLink(source: EvidenceSource, sequence: number): Promise<StandingLink | undefined> {
  const content = await readBounded(source, layout.chainKey(sequence), LINK_AT_MOST);
  if ("absent" in content) return undefined;
  if ("larger" in content) return { sequence, text: "", link: undefined };
  const parsed = parseDocument(content.bytes, ChainLink);
  const text = content.bytes.toString("utf8");
  const link =
    "value" in parsed && parsed.value.sequence === sequence && linkText(parsed.value) === text
      ? parsed.value
      : undefined;
  return { sequence, text, link };
}

/** Every link under a name of the system's, by its sequence number. */
export async function readLinks(source: EvidenceSource): Promise<Map<number, StandingLink>> {
  const links = new Map<number, StandingLink>();
  for await (const { key } of source.list(layout.CHAIN_PREFIX)) {
    const sequence = layout.sequenceOf(key);
    const link = sequence === undefined ? undefined : await readLink(source, sequence);
    if (link) links.set(link.sequence, link);
  }
  return links;
}

/** The bytes of a link: its members in this order. */
export const linkText = ({ sequence, run_id, run_date, claimed_at, incomplete }: ChainLink): string =>
  JSON.stringify({
    sequence,
    run_id,
    run_date,
    claimed_at,
    ...(incomplete ? { incomplete: { requested_by: incomplete.requested_by } } : {}),
  });

/** What the link of a run's manifest can be: one text, and two of a run sealed as incomplete before format 3. */
export function linkTexts({ seal }: SealRecord): string[] {
  if (!seal) return [];
  const { sequence, run_id, run_date, sealed_at: claimed_at, incomplete_requested_by: requested_by, format } = seal;
  const link = { sequence, run_id, run_date, claimed_at };
  const plain = linkText(link);
  if (requested_by === undefined) return [plain];
  const incomplete = linkText({ ...link, incomplete: { requested_by } });
  if (format === MANIFEST_FORMAT_2) return [plain, incomplete];
  return [seal.claimed_as_complete ? plain : incomplete];
}
