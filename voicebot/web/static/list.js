// The lists of live and recent calls.

import { get } from "./api.js";
import { badge, caller, clock, el, length } from "./format.js";

const $ = (id) => document.getElementById(id);
const state = { live: [], recent: [], cursor: "", skew: 0, current: "" };
const filter = () => ({ text: $("text").value.trim(), outcome: $("outcome").value });

export async function refresh() {
  const [live, recent] = await Promise.all([get("/api/live"), get("/api/calls", filter())]);
  state.skew = Date.parse(live.now) - Date.now();
  state.live = live.calls;
  // What was opened by "Earlier calls" stays.
  const ids = new Set(recent.calls.map((call) => call.call));
  const older = state.recent.filter((call) => !ids.has(call.call));
  const kept = recent.cursor && older.length && state.filter === key() ? older : [];
  if (!kept.length) state.cursor = recent.cursor;
  state.recent = [...recent.calls, ...kept].filter((call) => call.ended);
  state.filter = key();
  show();
}

const key = () => JSON.stringify(filter());

async function more() {
  const page = await get("/api/calls", { ...filter(), cursor: state.cursor });
  state.recent = [...state.recent, ...page.calls.filter((call) => call.ended)];
  state.cursor = page.cursor;
  show();
}

export function select(id) {
  state.current = id;
  for (const link of document.querySelectorAll(".list a")) mark(link);
}

function mark(link) {
  if (link.dataset.call === state.current) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

export const elapsed = (call) => Date.now() + state.skew - Date.parse(call.answered || call.started);

export function item(call) {
  const about = call.ended ? call.intents.join(", ") || call.path.at(-1) : call.path.at(-1);
  const time = call.ended ? length(call.duration_ms) : length(elapsed(call));
  const link = el("a", { href: `#/call/${encodeURIComponent(call.call)}` },
    el("span", { class: "who", text: caller(call) }),
    badge(call),
    el("span", { class: "what", text: [call.flow, about].filter(Boolean).join(" · ") }),
    el("span", { class: "when", text: call.ended ? `${clock(call.started)} · ${time}` : time }),
  );
  link.dataset.call = call.call;
  mark(link);
  return el("li", {}, link);
}

function show() {
  const focused = document.activeElement?.dataset?.call;
  $("live").replaceChildren(...state.live.map(item));
  $("recent").replaceChildren(...state.recent.map(item));
  $("live-count").textContent = state.live.length || "";
  $("live-empty").hidden = state.live.length > 0;
  $("recent-empty").hidden = state.recent.length > 0;
  const asked = filter();
  $("recent-empty").textContent = asked.text || asked.outcome
    ? "No call fits." : "No calls yet. The first one will stand here.";
  $("more").hidden = !state.cursor;
  const title = state.live.length ? `(${state.live.length}) Calls · voicebot` : "Calls · voicebot";
  document.title = title;
  if (focused) document.querySelector(`.list a[data-call="${CSS.escape(focused)}"]`)?.focus();
}

function tick() {
  for (const call of state.live) {
    const link = document.querySelector(`#live a[data-call="${CSS.escape(call.call)}"] .when`);
    if (link) link.textContent = length(elapsed(call));
  }
}

export function start(failed) {
  let typing = 0;
  const again = () => refresh().catch(failed);
  $("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(again, 250);
  });
  $("outcome").addEventListener("change", again);
  $("filter").addEventListener("submit", (event) => { event.preventDefault(); again(); });
  $("more").addEventListener("click", () => more().catch(failed));
  setInterval(tick, 1000);
}
