export { Replica, type ChangeListener } from './replica.ts';
