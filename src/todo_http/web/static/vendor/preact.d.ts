// What the client uses of the vendored module, for type checkers; never served.

export type Node = any;
type Undo = void | (() => void);
type Set<S> = (next: S | ((before: S) => S)) => void;

export function html(strings: TemplateStringsArray, ...values: any[]): Node;
export function render(node: Node, parent: Element): void;
export function useState<S>(first: S | (() => S)): [S, Set<S>];
export function useReducer<S, A>(reduce: (state: S, action: A) => S, first: S): [S, (action: A) => void];
export function useEffect(run: () => Undo, inputs?: readonly unknown[]): void;
export function useLayoutEffect(run: () => Undo, inputs?: readonly unknown[]): void;
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useCallback<T>(call: T, inputs: readonly unknown[]): T;
export function useRef<T>(first: T): { current: T };
export function useErrorBoundary(report?: (error: any) => void): [any, () => void];
export const Fragment: any;
