import {
  AccountClient,
  GetAccountInformationCommand,
  GetAlternateContactCommand,
  GetContactInformationCommand,
  ListRegionsCommand,
} from "@aws-sdk/client-account";
import { reads, type Service } from "../collector.ts";

const { from, list } = reads("account", "global");

/** The account itself: whom AWS writes to about it, and which regions it has open. */
export const account: Service = {
  name: "account",
  title: "The account itself: whom AWS writes to about it, and which regions it has open",
  client: AccountClient,
  collectors: [
    list("AWS::Account::Account", from(GetAccountInformationCommand), { id: "AccountId", name: "AccountName" }),
    // That there is a contact, and whether it is the same one everywhere: no more. docs/decisions/0030-personal-data.md
    list(
      "AWS::Account::AlternateContact",
      from(GetAlternateContactCommand, "AlternateContact", {
        input: [
          { AlternateContactType: "BILLING" },
          { AlternateContactType: "OPERATIONS" },
          { AlternateContactType: "SECURITY" },
        ],
        none: ["ResourceNotFoundException"],
      }),
      { id: "AlternateContactType", redact: ["Name", "Title", "EmailAddress", "PhoneNumber"] },
    ),
    list(
      "AWS::Account::ContactInformation",
      from(GetContactInformationCommand, "ContactInformation", { none: ["ResourceNotFoundException"] }),
      {
        redact: [
          "FullName",
          "AddressLine1",
          "AddressLine2",
          "AddressLine3",
          "City",
          "DistrictOrCounty",
          "StateOrRegion",
          "PostalCode",
          "PhoneNumber",
        ],
      },
    ),
    list("AWS::Account::Region", from(ListRegionsCommand, "Regions"), { id: "RegionName" }),
  ],
};
