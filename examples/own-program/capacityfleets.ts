import { DescribeCapacityReservationFleetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { inline, reads, type Service } from "audit-ecosystem/collectors";

const { from, list } = reads("ec2");

/** A service that the package does not know: capacity reservation fleets. */
export const capacityfleets: Service = {
  name: "capacityfleets",
  module: import.meta.url,
  title: "EC2: capacity reservation fleets",
  client: EC2Client,
  collectors: [
    list(
      "AWS::EC2::CapacityReservationFleet",
      from(DescribeCapacityReservationFleetsCommand, "CapacityReservationFleets"),
      { id: "CapacityReservationFleetId", arn: "CapacityReservationFleetArn", tags: inline("Tags") },
    ),
  ],
};
