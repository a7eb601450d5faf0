/**
 * What proofs of possession may be signed with (RFC 9449 section 4.3, point 5): by the issuer and by the gateway alike. Asymmetric, and
 * with keys of one small size, because whoever sends a proof also chooses the key that we verify it with.
 */
export const proofAlgorithms = ['ES256', 'Ed25519', 'EdDSA'] as const;
