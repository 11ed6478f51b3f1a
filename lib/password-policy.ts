/** How long a password is, in characters. Read by the server that enforces it and by the form that says so. */
export const PASSWORD = { min: 10, max: 128 } as const;
