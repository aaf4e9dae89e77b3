// The types shared by the modules of the client, for type checkers and readers; never served.

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
  recurrence: Recurrence | null;
  list_id: string | null;
  parent_id: string | null;
  /** Texts compared by code point give the manual order. */
  position: string;
  tags: string[];
  revision: number;
  created_at: string;
  updated_at: string;
};

/** How a task recurs. Before it is saved, only the fields that a user may set are known. */
export type Recurrence = {
  rule: string;
  anchor?: "schedule" | "completion";
  catch_up?: "next" | "all" | null;
  start?: string;
  /** The rule in words. */
  text?: string;
};

/** A rule in words, and the due dates that follow the first one. */
export type Upcoming = { text: string; dates: string[] };

export type Preview = (task: Task, recurrence: Recurrence, due: string, signal: AbortSignal) => Promise<Upcoming>;

/** What a user may set on a task. */
export type Fields = Partial<
  Pick<
    Task,
    "title" | "description" | "completed" | "priority" | "due_date" | "recurrence" | "list_id" | "parent_id" | "tags"
  >
>;

export type UserList = { id: string; name: string; color: string | null; archived: boolean; position: string };

/** The numbers of open tasks. */
export type Counts = { inbox: number; lists: Record<string, number>; tags: Record<string, number> };

/** The lists of the user, in manual order, and what is open in them. */
export type Overview = { ready: boolean; lists: UserList[]; counts: Counts };

/** One deletion: a task or a list, and the number of things deleted with it, itself included. */
export type Deletion = { id: string; entity: string; deleted_at: string; purged_at: string; things: number; value: any };

/** Where a task is moved: next to a sibling, or to the end. */
export type Anchor = { before?: string; after?: string };

/** A move of a task: another parent, if it gets one, and its new neighbour. */
export type Move = { fields: Fields; anchor: Anchor };

/** The parameters of a list of tasks. */
export type Query = {
  status?: "pending" | "completed";
  due?: "today" | "overdue";
  priority?: Priority | "none";
  /** The id of a list, or "inbox". */
  list?: string;
  tag?: string;
  q?: string;
  sort: string;
};

export type ListRoute = { view: string; path: string; name: string; query: Query };
export type Route = { view: string; taskId: string | null; listId: string | null; search: URLSearchParams };

export type ApiResponse = { status: number; body: any; etag: string | null; next: string | null };

export type RequestOptions = {
  token?: string;
  /** The id of the only user as whom it may be sent. */
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

export type Send = (method: string, path: string, options: RequestOptions) => Promise<ApiResponse>;

/** The part of `window` that keeps a queue. */
export type Browser = Pick<
  Window,
  "localStorage" | "sessionStorage" | "navigator" | "addEventListener" | "removeEventListener"
>;

/** A request in the outbox. Once it has been sent it is repeated unchanged until there is a response. */
export type QueuedRequest = {
  id: string;
  /** The idempotency key. */
  key: string;
  /** The id of what it is about; requests about the same resource depend on one another. */
  resource: string;
  method: string;
  path: string;
  body?: string;
  /** The path of the resource, for commands, which have a path of their own. */
  target?: string;
  ifMatch?: string;
  /** Whether it can still be undone, and is therefore not sent. */
  held: boolean;
  sent: boolean;
  /** What it does, for the owner of the resource; the outbox only keeps it. */
  change: TaskChange;
};

export type TaskChange = {
  kind: "add" | "change" | "complete" | "skip" | "move" | "remove";
  fields: Fields;
  /** For messages. */
  title: string;
  anchor?: Anchor;
  /** The due date of a recurring task that is completed, skipped or taken back. */
  occurrence?: string | null;
};

/** A change made here and the version made elsewhere, of which the user has to choose one. */
export type Conflict = { request: QueuedRequest; theirs: Task };

/** A change that the server did not accept. */
export type Rejection = { request: QueuedRequest; problem: import("./api.js").Problem };

/** What the owner of the queued requests knows about their resources. */
export type OutboxHandlers = {
  /** A request was left behind by an earlier page. */
  restored: (request: QueuedRequest) => void;
  /** An unsent request, changed by the response to an earlier one about some resource. */
  rebase: (unsent: QueuedRequest, resource: string, body: any) => QueuedRequest;
  succeeded: (request: QueuedRequest, body: any) => void;
  /** A request failed and will not be repeated. */
  rejected: (request: QueuedRequest, problem: import("./api.js").Problem) => void;
  /** Whether the resource already is what the request would make it. */
  fulfilled: (request: QueuedRequest, current: any) => boolean;
  /** The precondition failed; the request waits for `overwrite` or `drop`. */
  conflicted: (request: QueuedRequest, current: any) => void;
};

export type TaskController = ReturnType<typeof import("./tasks/task-controller.js").createTaskController>;

/** A word that was recognised in a quick entry. */
export type Token = { kind: "priority" | "date" | "time" | "tag"; raw: string; label: string; value: string };

/** What the line of quick entry is read with. */
export type EntryContext = {
  now: Moment;
  lists: Pick<UserList, "id" | "name">[];
  /** The tags in use; a tag is written as it is there. */
  tags: string[];
  /** The languages of the browser. */
  languages: readonly string[];
  /** Whether 3/12 is in December. */
  dayFirst: boolean;
  /** The first day of the week, 0 is Sunday. */
  weekStart: number;
  /** Phrases that the user took back; they stay in the title. */
  literal: string[];
};

/** The fields that were set in the line. */
export type EntryFields = {
  priority?: Priority;
  date?: string;
  time?: string;
  /** In canonical form. */
  rule?: string;
  /** The id of a list, or null for the inbox. */
  list_id?: string | null;
  /** The name of a list that does not exist. */
  list?: string;
  tags: string[];
};

export type EntryKind = "date" | "time" | "repeat" | "priority" | "list" | "tag";

/** A phrase that was understood, with offsets into the line as typed. */
export type EntrySpan = { start: number; end: number; kind: EntryKind; text: string; label: string };
export type Entry = { title: string; spans: EntrySpan[]; fields: EntryFields };

/** A day that was typed, and where it counts: "end" is the end of the line or after a connective, "led" only that. No year is 0. */
export type EntryDay = { day: number; month: number; year: number; where: "anywhere" | "end" | "led" };

/** What a word can mean. The numbers are values from the tables, 1 where there is only one; times are minutes. */
export type Meanings = { date?: EntryDay } & Partial<
  Record<
    | "weekday" | "plural" | "adverb" | "short" | "month" | "verb" | "unit" | "often" | "count" | "nth" | "last" | "other"
    | "soon" | "part" | "weekend" | "workday" | "clock" | "half" | "noHalf" | "uhr" | "on" | "by" | "from" | "at" | "in"
    | "next" | "this" | "every" | "the" | "of" | "and" | "span" | "before" | "priority"
    | "digits" | "nthDay" | "year" | "hour" | "time",
    number
  >
>;

/** A word of the line. */
export type Word = {
  start: number;
  end: number;
  text: string;
  /** The text without quotes. */
  title: string;
  /** The text in the form of the tables, without the punctuation at its end. */
  key: string;
  tail: string;
  /** "#" or "@" before a name. */
  sigil: string;
  /** A name in quotes behind the sigil, and the index of its last word. */
  quoted?: { last: number; name: string };
  means: Meanings;
};

/** What a phrase says about the task. */
export type PhraseValue = Partial<Omit<EntryFields, "date" | "tags">> & {
  date?: string | null;
  /** The date of a time that is some hours from now. */
  from?: string;
  tag?: string;
  label?: string;
  /** Whether a rule can begin on a date. */
  fits?: (date: string) => boolean;
};

/** A phrase, by the indexes of its words. */
export type Phrase = {
  kind: EntryKind;
  first: number;
  last: number;
  /** Whether it counts only at the end of the line or next to a time. */
  bare?: boolean;
  /** Whether it can also say when a series ends. */
  until?: boolean;
  find: (context: EntryContext) => PhraseValue;
};

/** A moment on the calendar and the clock of a zone. */
export type Moment = { zone: string; instant: number; date: string; time: string };

export type Due =
  | { kind: "day"; date: string }
  | { kind: "floating"; date: string; time: string }
  | { kind: "fixed"; date: string; time: string; offset: string; zone: string | null; instant: number };

/** A task to be shown, unsent changes included. Subtasks follow their parent, at a higher level. */
export type Row = { key: string; task: Task; waiting: boolean; level: number };

export type TaskState = {
  query: Query;
  status: "loading" | "ready" | "failed";
  /** Whether the response to a new query is awaited. */
  busy: boolean;
  problem: Error | null;
  /** Ids as the server listed them; rows keep their places until the list is loaded again. */
  order: string[];
  /** Ids of tasks added here since then, latest first. */
  added: string[];
  /** By id, as the server has returned them last. */
  tasks: Map<string, Task>;
  /** The address of the next page. */
  next: string | null;
  etag: string | null;
  /** Ids of tasks changed here since the list was loaded: only these may have left it. */
  touched: Set<string>;
  /** Ids of tasks that stay in sight for a moment after they have left the list. */
  lingering: Set<string>;
  deleted: Set<string>;
  /** By id, the temporary id that a task added here had before, so that its row stays the same. */
  aliases: Map<string, string>;
  /** The number of changes saved. */
  responses: number;
};

export type TaskEvent =
  | { type: "loading"; query: Query; keep: boolean }
  | { type: "loaded"; tasks: Task[]; next: string | null; etag: string | null; more: boolean }
  | { type: "failed"; problem: Error }
  | { type: "changed"; id: string; change: TaskChange }
  | { type: "saved"; id: string; change: TaskChange; task: Task | null }
  | { type: "received"; task: Task }
  | { type: "deleted"; id: string }
  | { type: "restored" }
  | { type: "settled"; id: string };

export type Toast = {
  id: number;
  text: string;
  seconds: number;
  tone: "plain" | "error";
  /** The label of the button, if there is one, and what it does. */
  action?: string;
  onAction?: () => void;
  /** Called when the toast goes away without the action. */
  onExpired?: () => void;
};
