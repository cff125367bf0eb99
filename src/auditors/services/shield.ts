import {
  DescribeDRTAccessCommand,
  DescribeEmergencyContactSettingsCommand,
  DescribeSubscriptionCommand,
  ListProtectionGroupsCommand,
  ListProtectionsCommand,
  ListTagsForResourceCommand,
  ShieldClient,
} from "@aws-sdk/client-shield";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail } = reads("shield", "us-east-1");
const notEnabled = [/^ResourceNotFoundException: The subscription does not exist/];
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceARN: "{arn}" }), "Tags");

/** Shield Advanced: what is protected against floods, and who is called when one comes. */
export const shield: Service = {
  name: "shield",
  title: "Shield Advanced: what is protected against floods, and who is called when one comes",
  client: ShieldClient,
  collectors: [
    list("AWS::Shield::Subscription", from(DescribeSubscriptionCommand, "Subscription"), {
      id: "SubscriptionArn",
      arn: "SubscriptionArn",
      details: [detail(DescribeDRTAccessCommand), detail(DescribeEmergencyContactSettingsCommand)],
      redact: [
        "DescribeEmergencyContactSettings.EmergencyContactList.EmailAddress",
        "DescribeEmergencyContactSettings.EmergencyContactList.PhoneNumber",
        "DescribeEmergencyContactSettings.EmergencyContactList.ContactNotes",
      ],
      notEnabled,
    }),
    list("AWS::Shield::Protection", from(ListProtectionsCommand, "Protections"), {
      id: "Id",
      arn: "ProtectionArn",
      name: "Name",
      tags,
      notEnabled,
    }),
    list("AWS::Shield::ProtectionGroup", from(ListProtectionGroupsCommand, "ProtectionGroups"), {
      id: "ProtectionGroupId",
      arn: "ProtectionGroupArn",
      tags,
      notEnabled,
    }),
  ],
};
