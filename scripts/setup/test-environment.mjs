import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { createContext } = vm;

/**
 * Jest's environment for Node, with a global object that is an ordinary one. Jest's own stands behind a Proxy, and behind the interceptors
 * that `vm` puts before any object that it is given: each mention of `Math` or `Promise` goes through both, a hundred times as slow.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(config, context) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
}
