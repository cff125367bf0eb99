/** Something that is not as it was sealed. */
export interface Violation {
  kind:
    | "missing"
    | "altered"
    | "truncated"
    | "re-ordered"
    | "miscounted"
    | "added"
    | "malformed"
    | "signature"
    | "unsigned"
    | "chain"
    | "rollback"
    | "coverage";
  key: string;
  problem: string;
}

/** Something a reader should know that breaks no seal. */
export interface Notice {
  kind:
    | "uncommitted"
    | "late"
    | "unsealed"
    | "incomplete"
    | "unsigned"
    | "unjudged"
    | "unreadable"
    | "time"
    | "accounts"
    | "key"
    | "unwitnessed"
    | "timestamp";
  key: string;
  problem: string;
}

/** Where findings go. */
export interface Findings {
  violation(kind: Violation["kind"], key: string, problem: string): void;
  notice(kind: Notice["kind"], key: string, problem: string): void;
}
