/** A problem the user can mend: shown as one line, without a stack. */
export class CliError extends Error {}
