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

const RETRY_MS = 3000;

// `on.fact(fact)`, `on.open()` also after a break, `on.lost()`, `on.gap()`.
export function listen(on) {
  const source = new EventSource("/api/events");
  source.addEventListener("open", on.open);
  source.addEventListener("fact", (event) => on.fact(JSON.parse(event.data)));
  source.addEventListener("gap", on.gap);
  source.addEventListener("error", () => {
    on.lost();
    // The browser tries again by itself, but not after an answer such as 503.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(on), RETRY_MS);
  });
}
