/** The boss function's name, unless an option says otherwise. */
export const BOSS = process.env.ITAUDIT_BOSS ?? "audit-boss";
