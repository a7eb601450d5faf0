import { useSearchParams } from 'react-router';

/** What a link to the screen keeps: a filter, a tab, an open dialog. Its usual value is not in the address. */
export function useParam(name: string, usual = ''): [string, (next: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const set = (next: string | null) => setParams((before) => {
    if (next === null || next === usual) before.delete(name);
    else before.set(name, next);
    return before;
  }, { replace: true });
  return [params.get(name) ?? usual, set];
}

/** The same for one of a few; what somebody typed into the address is the usual one. */
export function useChoice<T extends string>(name: string, choices: readonly T[], usual: T): [T, (next: string | null) => void] {
  const [value, set] = useParam(name, usual);
  return [choices.find((choice) => choice === value) ?? usual, set];
}
