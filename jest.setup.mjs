// Modules under test may use decorators, and ES modules get no global `jest`.
import { jest } from '@jest/globals';
import 'reflect-metadata';
globalThis.jest = jest;
