// The server: JSON, and facts as they happen.

export class Refused extends Error {
  constructor(status, error) {
    super(error?.message || "The hotline gave no answer.");
    this.status = status;
    this.hint = error?.hint || "";
  }
}

export async function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  const response = await fetch(query.size ? `${path}?${query}` : path);
  if (response.status === 401) location.assign("/login");
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.error);
  return body;
}

export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (response.status === 401) location.assign("/login");
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, answer.error);
  return answer;
}

const RETRY_MS = 3000;

// `on.fact(fact)`, `on.open()` also after a break, `on.lost()`, `on.gap()`; of an agent's stream
// `on.agent({agent, context})`, of the floor's `on.floor({queues, agents, waiting, talks})`.
export function listen(on, path = "/api/events") {
  const source = new EventSource(path);
  source.addEventListener("open", on.open);
  for (const kind of ["fact", "agent", "floor"]) {
    source.addEventListener(kind, (event) => on[kind]?.(JSON.parse(event.data)));
  }
  if (on.gap) source.addEventListener("gap", on.gap);
  source.addEventListener("error", () => {
    on.lost();
    // The browser tries again by itself, but not after an answer such as 503.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(on, path), RETRY_MS);
  });
}
