// Names of devices, from the User-Agent fields of their browsers. Pure.

/**
 * Such as Firefox on Linux, as far as it is known.
 * @param {string | null} client
 */
export function deviceName(client) {
  if (!client) return "Unknown device";
  const system = /iPhone|iPad|Android|Windows|Mac OS|Linux/.exec(client)?.[0].replace("Mac OS", "Mac");
  const browser = (/Edg|OPR/.exec(client) ?? /Firefox|Chrome|Safari/.exec(client))?.[0]; // both call themselves Chrome too
  const name = { Edg: "Edge", OPR: "Opera" }[browser ?? ""] ?? browser;
  return name && system ? `${name} on ${system}` : client.slice(0, 40);
}
