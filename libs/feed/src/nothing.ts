/** What stands on a stream where a subject is to be forgotten: followers pass it by. No service may delete from a stream, and none needs to. */
export const nothing = '';
