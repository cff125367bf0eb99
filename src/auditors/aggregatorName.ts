import type { Aggregator } from "./collector.ts";

/** An aggregator as it is named in configuration, `account/region/name`; undefined for anything else. */
export function aggregatorNamed(text: string): Aggregator | undefined {
  const [, account, region, name] = /^(\d{12})\/([a-z]{2,4}(?:-[a-z]+)+-\d)\/([\w-]{1,256})$/.exec(text) ?? [];
  return account && region && name ? { account, region, name } : undefined;
}
