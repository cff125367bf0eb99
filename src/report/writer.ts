/** Takes a portion of what is written; the next one comes when it is done with this one. */
export type Write = (text: string) => void | Promise<void>;
