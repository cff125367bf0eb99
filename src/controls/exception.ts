import * as z from "zod";

/** A failure that somebody answers for, until a day. */
export const Exception = z.strictObject({
  /** The control's id. */
  control: z.string().min(1),
  /** An account's id; every account when left out. */
  account: z
    .string("put quotes around an account's id")
    .regex(/^\d{12}$/, "an AWS account id has 12 digits")
    .optional(),
  /** ARN or id of a resource, in which `*` stands for any text; everything in the account when left out. */
  resource: z.string().min(1).optional(),
  /** Who answers for it. */
  owner: z.string().min(1),
  reason: z.string().min(1),
  /** Its last day, `2027-03-31`. */
  expires: z.iso.date("a day is expected, such as 2027-03-31"),
});
export type Exception = z.infer<typeof Exception>;
