// Devices in words: what a browser calls itself, made short. Pure.

/**
 * A device in two words, as far as its browser tells.
 * @param {string | null} client
 */
export function deviceWords(client) {
  if (!client) return "Unknown device";
  const system = /iPhone|iPad|Android|Windows|Mac OS|Linux/.exec(client)?.[0].replace("Mac OS", "Mac");
  const browser = (/Edg|OPR/.exec(client) ?? /Firefox|Chrome|Safari/.exec(client))?.[0]; // both call themselves Chrome too
  const name = { Edg: "Edge", OPR: "Opera" }[browser ?? ""] ?? browser;
  return name && system ? `${name} on ${system}` : client.slice(0, 40);
}
