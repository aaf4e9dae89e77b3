// The round of a client in TypeScript: register, add, repeat, page, change under a condition, and a batch.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Task = components["schemas"]["Task"];

declare const process: { argv: string[] };

function check(holds: unknown, what: unknown): asserts holds {
  if (!holds) throw new Error(JSON.stringify(what));
}

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

const registered = await client.POST("/api/auth/register", {
  body: { email: "typescript@example.org", password: "correct horse battery staple", name: "Ada" },
});
check(registered.data, registered.error);
const session = registered.data;
const path = { user_id: session.user.id };
client.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${session.token}`);
    return request;
  },
});

async function add(title: string, replayed = false): Promise<Task> {
  const { data, error, response } = await client.POST("/api/{user_id}/tasks", {
    params: { path, header: { "Idempotency-Key": `key-${title}` } },
    body: { title, priority: "high", due_date: "2026-11-20" },
  });
  check(data, error);
  check(response.headers.has("Idempotency-Replayed") === replayed, [...response.headers]);
  return data;
}

async function everyTitle(): Promise<string[]> {
  const titles: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { sort: "-title" as const, limit: 2, ...(cursor && { cursor }) };
    const { data, error, response } = await client.GET("/api/{user_id}/tasks", { params: { path, query } });
    check(data, error);
    titles.push(...data.map((task) => task.title));
    cursor = response.headers.get("X-Next-Cursor") ?? undefined;
  } while (cursor);
  return titles;
}

async function changeUnderACondition(task: Task): Promise<void> {
  const params = { path: { ...path, task_id: task.id }, header: { "If-Match": `"${task.revision}"` } };
  const body = { description: "two litres", due_date: null };
  const changed = await client.PATCH("/api/{user_id}/tasks/{task_id}", { params, body });
  check(changed.data?.description === "two litres" && changed.data.due_date === null, changed);
  const stale = await client.PATCH("/api/{user_id}/tasks/{task_id}", { params, body: { title: "x" } });
  check(stale.response.status === 412 && stale.error?.type === "/problems/stale", stale.error);
  check(stale.response.headers.get("ETag") === `"${changed.data.revision}"`, [...stale.response.headers]);
}

async function batch(): Promise<void> {
  const { data, error } = await client.POST("/api/{user_id}/batch", {
    params: { path },
    body: {
      operations: [
        { op: "add", ref: "plan", task: { title: "plan" } },
        { op: "change", id: { $ref: "plan" }, task: { completed: true } },
      ],
    },
  });
  check(data, error);
  check(data.map((result) => result.status).join() === "201,200" && data[1]?.task?.completed, data);
}

const tasks = [await add("milk"), await add("bread"), await add("eggs")];
check((await add("milk", true)).id === tasks[0]?.id, tasks);
check((await everyTitle()).join() === "milk,eggs,bread", "the order of all pages");
check(tasks[0], tasks);
await changeUnderACondition(tasks[0]);
await batch();
console.log(session.user.email);
