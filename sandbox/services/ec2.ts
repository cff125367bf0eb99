import * as sdk from "@aws-sdk/client-ec2";
import { regionsOf } from "../estate/regions.ts";
import type { Service } from "../service.ts";

/** Of EC2 the regions alone: they are asked for in each account. */
export const ec2: Service = {
  signingName: "ec2",
  iamPrefix: "ec2",
  protocol: "ec2",
  regional: true,
  sdk: { ...sdk },
  operations: {
    DescribeRegions: {
      run: (input: sdk.DescribeRegionsRequest, { state, account }): sdk.DescribeRegionsResult => ({
        Regions: regionsOf(state.seed, account)
          .filter(
            ({ name, optIn }) =>
              (input.AllRegions || optIn !== "not-opted-in") && (input.RegionNames ?? [name]).includes(name),
          )
          .map(({ name, optIn }) => ({
            RegionName: name,
            OptInStatus: optIn,
            Endpoint: `ec2.${name}.amazonaws.com`,
          })),
      }),
    },
  },
};
