/** The cookie of the console's session. */
export const sessionCookie = 'lk_console';
