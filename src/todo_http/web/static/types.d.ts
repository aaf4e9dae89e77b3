// The shapes that the client's modules hand to one another. For type checkers and readers; never served.

export type Priority = "high" | "medium" | "low";
export type User = { id: string; email: string; name: string; time_zone: string; created_at: string };

export type Task = {
  id: string;
  user_id: string;
  title: string;
  description: string | null;
  completed: boolean;
  completed_at: string | null;
  priority: Priority | null;
  due_date: string | null;
  revision: number;
  created_at: string;
  updated_at: string;
};

/** What a person may set on a task. */
export type Fields = Partial<Pick<Task, "title" | "description" | "completed" | "priority" | "due_date">>;

/** Which tasks are asked for, in the words of the API. */
export type Query = {
  status?: "pending" | "completed";
  due?: "today" | "overdue";
  priority?: Priority | "none";
  q?: string;
  sort: string;
};

/** A change that a person has made and the server has not yet confirmed. */
export type Write = {
  /** Random; tells it from other writes on this side. */
  key: string;
  kind: "add" | "change" | "remove";
  /** The task, or the name that a task has until the server has given it an id. */
  id: string;
  fields: Fields;
  /** The revision of the task that the person was looking at. */
  seen: number;
  /** The title, for messages. */
  title: string;
  /** Whether it may still be taken back and is therefore not sent. */
  held?: boolean;
  /** What was sent, with its idempotency key. From the first attempt on it is repeated byte for byte. */
  request?: { key: string; method: string; path: string; body?: string; ifMatch?: string };
};

/** What is read out of an answer. */
export type Answer = { status: number; body: any; etag: string | null; next: string | null };

/** How to send a request. */
export type Options = {
  token?: string;
  /** The id of the user in whose name alone it may be sent. */
  owner?: string;
  body?: unknown;
  /** A body that has been serialised already. */
  text?: string;
  key?: string;
  ifMatch?: string;
  ifNoneMatch?: string | null;
  signal?: AbortSignal;
  seconds?: number;
  keepalive?: boolean;
};

/** A moment as a person at home sees it: the date and the time of day in their zone. */
export type Moment = { zone: string; instant: number; date: string; time: string };

export type Due =
  | { kind: "day"; date: string }
  | { kind: "floating"; date: string; time: string }
  | { kind: "fixed"; date: string; time: string; offset: string; zone: string | null; instant: number };

/** A task as it is to be shown: changes that are under way are in it already. */
export type Row = { key: string; task: Task; waiting: boolean };

/** Two versions of one task, of which a person has to choose one. */
export type Conflict = { write: Write; theirs: Task };

/** A write that the server did not accept, and why. */
export type Refusal = { write: Write; problem: import("./api.js").Problem };

export type TaskState = {
  query: Query;
  status: "loading" | "ready" | "failed";
  busy: boolean;
  problem: Error | null;
  order: string[];
  fresh: string[];
  tasks: Map<string, Task>;
  next: string | null;
  etag: string | null;
  pending: Write[];
  touched: Set<string>;
  lingering: Set<string>;
  gone: Set<string>;
  aliases: Map<string, string>;
};

export type TaskEvent =
  | { type: "asked"; query: Query; keep: boolean }
  | { type: "listed"; tasks: Task[]; next: string | null; etag: string | null; more: boolean }
  | { type: "failed"; problem: Error }
  | { type: "wanted"; write: Write }
  | { type: "withdrawn"; write: Write }
  | { type: "done"; write: Write; task: Task | null }
  | { type: "seen"; task: Task }
  | { type: "vanished"; id: string }
  | { type: "settled"; id: string };

export type Place = { view: string; taskId: string | null; search: URLSearchParams };
export type Toast = {
  id: number;
  text: string;
  seconds: number;
  tone: "plain" | "error";
  /** What can be done about it, in a word, and how. */
  action?: string;
  act?: () => void;
  /** Told when it has passed without that. */
  gone?: () => void;
};
