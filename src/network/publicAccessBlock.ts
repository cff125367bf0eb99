/** Modes of VPC Block Public Access; both block what comes in from the internet. */
const BLOCKS = ["block-bidirectional", "block-ingress"];

/** What the account, or a subnet itself, says of VPC Block Public Access; undefined: nothing. */
export interface PublicAccessBlock {
  /** Of the account in the region. */
  account: string | undefined;
  /** Of the subnet, as its own answer has it. */
  subnet: string | undefined;
  /** Whether the account's mode was asked for and not answered. */
  unread: boolean;
  /** Exclusions of the subnet and of its VPC. */
  exclusions: readonly { mode: string | undefined; state: string | undefined }[];
}

const inForce = (state: string | undefined): boolean => ["create-complete", "update-complete"].includes(state ?? "");
const isOver = (state: string | undefined): boolean =>
  ["create-failed", "delete-complete", "disable-complete"].includes(state ?? "");

/**
 * Whether the internet is kept out of a subnet, whatever its routes, ACLs and groups say. An exclusion that allows
 * egress alone keeps it out still.
 * @returns undefined where it is not known
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
 */
export function keepsInternetOut({ account, subnet, unread, exclusions }: PublicAccessBlock): boolean | undefined {
  const modes = [account, subnet].filter((mode) => mode !== undefined);
  if (modes.every((mode) => mode === "off")) return unread && !modes.length ? undefined : false;
  if (modes.some((mode) => mode !== "off" && !BLOCKS.includes(mode))) return undefined;
  const open = exclusions.filter(({ mode, state }) => mode !== "allow-egress" && !isOver(state));
  if (open.some(({ mode, state }) => mode === "allow-bidirectional" && inForce(state))) return false;
  return open.length || modes.includes("off") ? undefined : true;
}
