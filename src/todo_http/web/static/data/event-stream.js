// Server-sent events, read from the body of a response (WHATWG HTML 9.2.6).

/** @typedef {{ type: string, data: string, id: string }} StreamEvent */

/**
 * A parser that takes pieces of text as they come and returns the events that they complete.
 * Pure: it keeps only what has not been parsed. `id` is that of the latest event.
 */
export function createEventParser() {
  let rest = "";
  let id = "";
  let retry = 0;
  return {
    /** The milliseconds to wait before reconnecting, as the server said; 0 if it has not. */
    retry: () => retry,
    id: () => id,
    /** @param {string} text @returns {StreamEvent[]} */
    push(text) {
      const blocks = (rest + text).split(/\n\n/);
      rest = blocks.pop() ?? "";
      return blocks.flatMap((block) => {
        const event = { type: "message", data: "" };
        let found = false;
        for (const line of block.split("\n")) {
          const [, name, value] = line.match(/^([^:]+):? ?(.*)$/) ?? [];
          if (name === "id") id = value;
          else if (name === "retry") retry = Number(value) || 0;
          else if (name === "event") event.type = value;
          else if (name === "data") [event.data, found] = [event.data + value, true];
        }
        return found || event.type !== "message" ? [{ ...event, id }] : [];
      });
    },
  };
}
