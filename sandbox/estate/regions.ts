import { randomOf } from "../random.ts";
import { memoized } from "./memoized.ts";

/** Regions that are open in every account without opting in. */
export const OPEN_EVERYWHERE = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
];
const OPT_IN = ["af-south-1", "ap-east-1", "ca-west-1", "eu-central-2", "eu-south-1", "me-central-1"];

export interface RegionOfAccount {
  name: string;
  optIn: "opt-in-not-required" | "opted-in" | "not-opted-in";
}

/** Regions as an account sees them: some of those that need opting in to are open, at least one is closed. */
export const regionsOf = memoized((seed: number, account: string): RegionOfAccount[] => {
  const random = randomOf(`${seed} ${account} regions`);
  return [
    ...OPEN_EVERYWHERE.map((name) => ({ name, optIn: "opt-in-not-required" as const })),
    ...OPT_IN.map((name, index) => ({
      name,
      optIn: index > 0 && random() < 0.3 ? ("opted-in" as const) : ("not-opted-in" as const),
    })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
});

export const isOpen = (seed: number, account: string, region: string): boolean =>
  regionsOf(seed, account).some(({ name, optIn }) => name === region && optIn !== "not-opted-in");

/** Where an account works: one main region, sometimes a second one and one in which something was forgotten. */
export const homesOf = memoized((seed: number, account: string): string[] => {
  const random = randomOf(`${seed} ${account} homes`);
  const homes = new Set([random() < 0.6 ? "eu-central-1" : "us-east-1"]);
  if (random() < 0.6) homes.add("eu-west-1");
  homes.add(OPEN_EVERYWHERE[Math.floor(random() * OPEN_EVERYWHERE.length)]!);
  return [...homes];
});
