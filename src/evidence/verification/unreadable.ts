import * as layout from "../layout.ts";
import type { EvidenceSource, TakesUnreadable } from "../source.ts";
import type { Notice, Violation } from "./finding.ts";

/** Folders that hold manifests, and the folders above them. */
const isOfRuns = (key: string): boolean =>
  "runs/".startsWith(key) ||
  (key.startsWith("runs/run_date=") && (key.endsWith("/") || key.endsWith("/manifest.json")));

/**
 * What could not be read: whoever verifies may lack a permission, or a disk is broken. Each is told once, and nothing is
 * concluded from it: neither that it is missing or altered, nor that what it would name was added.
 */
export class Unreadable implements TakesUnreadable {
  /** The first error. */
  first: Error | undefined;
  private readonly keys = new Set<string>();
  private readonly folders: string[] = [];
  /** Whether a run may have a manifest that could not be read. */
  private areManifestsHidden = false;

  constructor(private readonly notice: (kind: Notice["kind"], key: string, problem: string) => void) {}

  /** @param key of an object, or of a folder with its slash */
  add(key: string, error: Error): void {
    if (this.has(key)) return;
    if (key === "" || key.endsWith("/")) this.folders.push(key);
    else this.keys.add(key);
    this.areManifestsHidden ||= isOfRuns(key);
    this.tell(key, error);
  }

  /** An object that nothing else is concluded from, and that need not be kept. */
  tell(key: string, error: Error): void {
    this.first ??= error;
    this.notice("unreadable", key, `it could not be read: ${error.message}`);
  }

  has(key: string): boolean {
    return this.keys.has(key) || this.folders.some((folder) => key.startsWith(folder));
  }

  get hidesManifests(): boolean {
    return this.areManifestsHidden;
  }

  /** Whether a finding follows from nothing but what could not be read. */
  explains(kind: Violation["kind"] | Notice["kind"], key: string): boolean {
    const isGap = kind === "chain" && layout.sequenceOf(key) !== undefined;
    return this.has(key) || (isGap && this.areManifestsHidden);
  }
}

/** A source that goes on where a document or a folder cannot be read, and has it told. */
export function readableParts(source: EvidenceSource, unreadable: Unreadable): EvidenceSource {
  return {
    ...source,
    unreadable,
    async *list(prefix, atMost) {
      for await (const each of source.list(prefix, atMost))
        if (each.problem) unreadable.add(each.key, new Error(each.problem));
        else yield each;
    },
    folders: (prefix) =>
      source.folders(prefix).catch((error: Error) => {
        unreadable.add(prefix, error);
        return [];
      }),
  };
}
