// Words and numbers as the page shows them. Elements are made from text only, never from HTML:
// what callers say and what their phones send is not to be trusted.

export function el(tag, options = {}, ...children) {
  const { text, ...attributes } = options;
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

const OUTCOMES = {
  contained: "Contained", handled: "Handled", transferred: "Transferred",
  unserved: "Unserved", abandoned: "Abandoned", hung_up: "Hung up", refused: "Refused", failed: "Failed",
};

export function badge(call) {
  const outcome = call.outcome || "running";
  return el("span", { class: `badge ${outcome}`, text: OUTCOMES[outcome] || "Live" });
}

export const caller = (call) => call.caller || "Unknown caller";

export function clock(iso) {
  const time = new Date(iso);
  const today = new Date().toDateString() === time.toDateString();
  const hour = time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (today) return hour;
  return `${time.toLocaleDateString([], { day: "numeric", month: "short" })}, ${hour}`;
}

export function fullTime(iso) {
  return new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
}

// 75 s are 1:15.
export function length(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const tail = String(parts[1]).padStart(2, "0");
  return hours ? `${hours}:${String(parts[0]).padStart(2, "0")}:${tail}` : `${parts[0]}:${tail}`;
}

// Time in the call, as the transcript has it.
export const seconds = (ms) => (ms / 1000).toFixed(1);

export const words = (text) => text.replace(/^"([\s\S]*)"$/, "$1");
