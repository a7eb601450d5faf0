const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a subject can be a user of ours: machine clients have subjects of another shape, which the database would refuse to compare. */
export const isUserId = (text: string): boolean => uuid.test(text);
