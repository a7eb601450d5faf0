import { z } from 'zod';
import { scopeDescriptions, type Scope } from './scope-words.ts';

export { scopeDescriptions, type Scope };

export const scopes = Object.keys(scopeDescriptions) as [Scope, ...Scope[]];
export const scopeSchema = z.enum(scopes);

/** OpenID Connect scopes: they describe the sign-in, never what a resource allows. */
export const openidScopes = ['openid', 'email', 'profile', 'offline_access'] as const;

/** Scopes that administer Latchkey itself; the consent page sets them apart. */
export const sensitiveScopes: readonly Scope[] = scopes.filter((scope) => !/^(mcp|workflow):/.test(scope));
