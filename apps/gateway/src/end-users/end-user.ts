/** For whom a call is made, by the word of an issuer that the organization registered: not who calls, which the credential says. */
export interface EndUser {
  /** Id of the issuer's registration */
  issuerId: string;
  issuer: string;
  subject: string;
}

/** How what belongs to an end user is told from everybody else's. */
export const endUserKey = ({ issuerId, subject }: EndUser): string => `end:${issuerId}:${subject}`;
