import type { Mandatory } from "../../components/mandatory.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource, defined } from "./value.ts";

const MOST_TAGS = 50;

/** What an organization wants of every resource. @throws ConfigError */
export const mandatoryOf = (config: ConfigSource): Mandatory =>
  defined({
    permissionsBoundary: read(config, "permissionsBoundary"),
    tags: tagsOf(config),
  });

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules 50 tags; IAM's keys are one in any case */
function tagsOf(config: ConfigSource): Record<string, string> {
  const tags = read(config, "tags").map((tag): [string, string] => {
    const at = tag.indexOf("=");
    return [tag.slice(0, at), tag.slice(at + 1)];
  });
  const keys = tags.map(([key]) => key.toLowerCase());
  const twice = tags.find(([key], index) => keys.indexOf(key.toLowerCase()) !== index);
  if (twice) throw new ConfigError("tags", twice.join("="), "the key is there twice", "one value for each key");
  if (tags.length > MOST_TAGS)
    throw new ConfigError("tags", `${tags.length} tags`, `AWS takes ${MOST_TAGS} tags of a resource`, "fewer tags");
  return Object.fromEntries(tags);
}
