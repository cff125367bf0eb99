/** What the baselines read, and as whom. */
export interface BaselineOf {
  accounts: readonly string[];
  regions: readonly string[];
  /** Name of the role that is entered in each account, and what its trust asks for. */
  role: string;
  externalId: string;
  endpoint: string;
  homeRegion: string;
  accessKeyId: string;
}

/** The environment of `collect.py`. */
export const baselineEnvironment = (of: BaselineOf): Record<string, string> => ({
  ACCOUNTS: of.accounts.join(","),
  REGIONS: of.regions.join(","),
  ROLE: of.role,
  EXTERNAL_ID: of.externalId,
  AWS_ENDPOINT_URL: of.endpoint,
  AWS_DEFAULT_REGION: of.homeRegion,
  AWS_ACCESS_KEY_ID: of.accessKeyId,
  AWS_SECRET_ACCESS_KEY: "sandbox",
});
