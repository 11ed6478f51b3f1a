/** What an action says when it could not do what it was asked: why, and what the next attempt is called. */
export type Answer = { problem: string; attempt: string } | null;
