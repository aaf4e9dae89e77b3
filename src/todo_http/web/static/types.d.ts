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
  deferred_until: string | null;
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
    "title" | "description" | "completed" | "priority" | "due_date" | "recurrence" | "list_id" | "parent_id" | "tags" | "deferred_until"
  >
>;

export type UserList = { id: string; name: string; color: string | null; archived: boolean; position: string; revision: number };

/** The numbers of open tasks that are not deferred. */
export type Counts = { inbox: number; today: number; overdue: number; upcoming: number; lists: Map<string, number>; tags: Map<string, number> };

/** An occurrence of a recurring task that was completed or skipped. */
export type Completion = {
  id: string;
  task_id: string;
  title: string;
  occurrence: string | null;
  completed_at: string;
  skipped: boolean;
  revision: number;
};

/** The local copy of an account, by entity and id. */
export type Copy = { task: Map<string, Task>; list: Map<string, UserList>; completion: Map<string, Completion> };

/** A change of the feed. */
export type FeedChange = { seq: number; set: number; entity: keyof Copy; id: string; value: any };

/** What is shown: the copy with unsent requests applied, and the ids of what they affect. */
export type View = {
  tasks: Map<string, Task>;
  lists: Map<string, UserList>;
  completions: Map<string, Completion>;
  waiting: Set<string>;
};

/** Whether there is a copy, whether the stream of events is open, and why not. */
export type SyncStatus = { ready: boolean; live: boolean; problem: import("./api.js").Problem | null };

/** One deletion: a task or a list, and the number of things deleted with it, itself included. */
export type Deletion = { id: string; entity: string; deleted_at: string; purged_at: string; things: number; value: any };

/** Where a thing is moved: next to a sibling, first (`after: null`), or to the end. */
export type Anchor = { before?: string; after?: string | null };

/** A move of a task: another parent, if it gets one, and its new neighbour. */
export type Move = { fields: Fields; anchor: Anchor };

/** What an address shows. `taskId` is the task in the detail panel. */
export type Route = { view: ViewName; listId: string | null; tag: string | null; taskId: string | null; search: URLSearchParams };

export type ViewName =
  | "inbox" | "today" | "upcoming" | "list" | "tag" | "completed" | "trash" | "search" | "browse" | "settings" | "sign-in" | "sign-up" | "unknown";

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

/** What is to be different about one thing. */
export type Change = {
  entity: "task" | "list";
  kind: "add" | "change" | "complete" | "skip" | "move" | "remove" | "undo";
  id: string;
  /** For messages. */
  title: string;
  /** As the API takes them; of a list that is removed, what becomes of its tasks: `tasks`. */
  fields: Record<string, any>;
  /** The values of the same fields before: if others have changed them meanwhile, the user is asked. */
  base?: Record<string, any>;
  anchor?: Anchor;
  /** The due date of a recurring task that is completed, skipped or taken back. */
  occurrence?: string | null;
  /** What an undo takes back: the id of a request, the set that it became, and the things as they were before. */
  of?: string;
  was?: Change["kind"];
  revision?: number;
  set?: number;
  restores?: Before[];
};

/** A thing as it was; null if it was not there. */
export type Before = { entity: "task" | "list"; id: string; value: Task | UserList | null };

/** `revisions`: those of the things when it was sealed. */
export type SealedRequest = { method: string; path: string; body?: string; ifMatch?: string; revisions?: (number | null | undefined)[] };

/** A request in the outbox. Once it has been sent it is repeated unchanged until there is a response. */
export type QueuedRequest = {
  id: string;
  /** The idempotency key. */
  key: string;
  changes: Change[];
  sent: SealedRequest | null;
  /** The id of the request of which it was a part. */
  group?: string;
};

/** A change made here and the version made elsewhere, of which the user has to choose one. */
export type Conflict = { request: QueuedRequest; change: Change; theirs: any };

/** A change that the server did not accept. */
export type Rejection = { request: QueuedRequest; problem: import("./api.js").Problem };

/** What the owner of the queued requests knows about what they are about. */
export type OutboxHandlers = {
  /** Whether a request may be sent now. If not, it has been removed or blocked. */
  prepare: (request: QueuedRequest) => Promise<boolean>;
  seal: (request: QueuedRequest) => SealedRequest;
  /** An unsent request, changed by the response to an earlier one. */
  rebase: (unsent: QueuedRequest, saved: QueuedRequest, body: any) => QueuedRequest;
  succeeded: (request: QueuedRequest, body: any) => void;
  /** A request failed and will not be repeated. */
  rejected: (request: QueuedRequest, problem: import("./api.js").Problem) => void;
  /** The precondition failed: reads the present state of what a change is about. */
  refetch: (change: Change) => Promise<void>;
};

/** An action of the user that can be taken back. */
export type Action = { label: string; changes: Change[]; request: string; before: Before[] };

export type Account = ReturnType<typeof import("./data/account.js").createAccount>;

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
export type Meanings = { typedDate?: EntryDay } & Partial<
  Record<
    | "weekday" | "plural" | "adverb" | "short" | "month" | "verb" | "unit" | "often" | "count" | "nth" | "last" | "other"
    | "soon" | "part" | "weekend" | "workday" | "clock" | "half" | "noHalf" | "uhr" | "um" | "on" | "by" | "start" | "at" | "in"
    | "next" | "this" | "every" | "the" | "of" | "and" | "span" | "before" | "named" | "numbered" | "priority"
    | "digits" | "nthDay" | "year" | "hour" | "time" | "dotted" | "early",
    number
  >
>;

/** A word of the line. */
export type Word = {
  start: number;
  end: number;
  text: string;
  /** What it is in the title: without quotes. */
  title: string;
  /** The text in the form of the tables, without the punctuation at its end. */
  key: string;
  tail: string;
  /** "#" or "@" before a name. */
  sigil: string;
  /** What is behind the sigil, or in quotes. */
  name: string;
  isQuoted: boolean;
  isLiteral: boolean;
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

/** How the browser shows times, and with which day its weeks begin; 0 is Sunday. */
export type LocalePreferences = { hour12: boolean; weekStart: number };

export type Due =
  | { kind: "day"; date: string }
  | { kind: "floating"; date: string; time: string }
  | { kind: "fixed"; date: string; time: string; offset: string; zone: string | null; instant: number };

/** A task to be shown, unsent changes included. Subtasks follow their parent, at a higher level. */
export type Row = { key: string; task: Task; waiting: boolean; level: number; done?: Done };

/** What was completed: a task that has the same id, or an occurrence of a recurring one. */
export type Done = { id: string; task_id: string; title: string; occurrence: string | null; completed_at: string; skipped: boolean };

/** Rows under a heading; without a title there is none. `day` is the date that all of them have. */
export type Section = {
  key: string;
  title: string;
  tone: "overdue" | "today" | "";
  day: string;
  rows: Row[];
  /** Whether it is folded as long as the user has not unfolded it. */
  folded: boolean;
  /** Whether all of its tasks can be rescheduled at once. */
  reschedules: boolean;
};

/** A line of a list: the heading of a section, or a row, whose place in its section counts from 1. */
export type Item = { key: string; section: Section; row: Row | null; place: number; folded: boolean; isParent: boolean; leaving?: boolean };

/** How a view is sorted, grouped and filtered; "" is the default. */
export type ViewOptions = {
  sort: "" | "due" | "priority" | "title" | "newest" | "changed";
  group: "" | "date" | "priority" | "list" | "tag";
  priority: "" | Priority | "none";
  date: "" | "with" | "without";
  tag: string;
  completed: boolean;
};

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

export type MenuItem = {
  label: string;
  icon?: import("./components/icons.js").IconName;
  onSelect: () => void;
  /** Given for a choice; in a group only one is checked. */
  checked?: boolean;
  /** The key that does the same. */
  hint?: string;
  disabled?: boolean;
  tone?: "danger";
};

/** Choices of which one is made, below a heading. */
export type MenuGroup = { label: string; items: MenuItem[] };
