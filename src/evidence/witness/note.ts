/**
 * Signed notes: a text, and lines of signatures.
 * @see https://c2sp.org/signed-note
 */
export interface Note {
  /** With the line break at its end. */
  text: string;
  signatures: NoteSignature[];
}

export interface NoteSignature {
  /** Of the key. */
  name: string;
  /** The first four bytes say which key of the name it is. */
  keyId: Buffer;
  signature: Buffer;
}

/** Signatures of a note that are read: as many as the format asks for at least, and some more. */
const SIGNATURES_AT_MOST = 64;
const LINE = /^— ([^\s+]+) (\S+)$/u;

export const signatureLine = ({ name, keyId, signature }: NoteSignature): string =>
  `— ${name} ${Buffer.concat([keyId, signature]).toString("base64")}\n`;

export const noteText = ({ text, signatures }: Note): string => `${text}\n${signatures.map(signatureLine).join("")}`;

/** @returns undefined for anything that is not a signed note */
export function parseNote(note: string): Note | undefined {
  const at = note.lastIndexOf("\n\n");
  if (at <= 0 || !note.endsWith("\n") || hasControls(note)) return undefined;
  const signatures = parseSignatures(note.slice(at + 2));
  return signatures?.length ? { text: note.slice(0, at + 1), signatures } : undefined;
}

/** Lines of signatures, as a note ends with them and as a witness answers. */
export function parseSignatures(lines: string): NoteSignature[] | undefined {
  const texts = lines.split("\n").slice(0, -1);
  if (!lines.endsWith("\n") || texts.length > SIGNATURES_AT_MOST) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of texts) {
    const [, name, base64] = LINE.exec(line) ?? [];
    const bytes = Buffer.from(base64 ?? "", "base64");
    if (!name || bytes.length < 5 || bytes.toString("base64") !== base64) return undefined;
    signatures.push({ name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) });
  }
  return signatures;
}

const hasControls = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 32 && text[at] !== "\n") return true;
  return false;
};
